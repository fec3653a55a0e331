import Support
import Testing

@testable import Recordings

struct CodecRegistryTests {
    @Test func `every codec has a name of its own, and is found by it`() {
        let names = CodecRegistry.all.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(AudioCodec(rawValue: name.rawValue) == name)
            #expect(CodecRegistry.codec(named: name)?.name == name)
        }
        #expect(AudioCodec(rawValue: "adpcm") == nil)
    }

    @Test func `decoding is counted for each codec that decodes, in the order of the registry`() {
        let counters = DecodeCounters()
        #expect(counters.all.map(\.codec) == CodecRegistry.all.filter(\.isDecoded).map(\.name))
        counters[.aac].units.add(2)
        counters[.pcm].units.add()
        #expect(counters.all.reduce(0) { $0 + $1.counter.units.value } == 2)
    }
}

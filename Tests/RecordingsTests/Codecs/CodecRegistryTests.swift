import Support
import Testing

@testable import Recordings

@Suite("The registry of codecs")
struct CodecRegistryTests {
    @Test func `codecs are called by names that are theirs alone, and are found by them`() {
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

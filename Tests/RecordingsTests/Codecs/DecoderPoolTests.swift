import Support
import Synchronization
import TestSupport
import Testing

@testable import Recordings

struct DecoderPoolTests {
    private final class Decoder: Sendable {
        let form: Int

        init(_ form: Int) {
            self.form = form
        }
    }

    private struct Broken: Error {}

    @Test func `a pool gives the decoder used last for streams of the same form, and no other`() {
        let pool = DecoderPool<Int, Decoder>()
        func use(_ form: Int) -> ObjectIdentifier {
            pool.withDecoder(for: form) {
                Decoder(form)
            } _: { decoder in
                #expect(decoder.form == form)
                return ObjectIdentifier(decoder)
            }
        }
        let first = use(1)
        let second = use(2)
        #expect(first != second)
        #expect(use(1) == first)
        #expect(use(2) == second)
    }

    @Test func `a pool keeps as many decoders as it has room for, the ones used last`() {
        let pool = DecoderPool<Int, Decoder>(capacity: 2)
        weak var oldest: Decoder?
        var made = 0
        for form in [1, 2, 3, 2, 3] {
            pool.withDecoder(for: form) {
                made += 1
                return Decoder(form)
            } _: {
                if form == 1 { oldest = $0 }
            }
        }
        #expect(oldest == nil)
        #expect(made == 3)
    }

    @Test func `threads that decode at the same time have a decoder each, from the pool if it has enough`() {
        let pool = DecoderPool<Int, Decoder>()
        let made = Counter()
        for _ in 0..<2 {
            let used = Mutex<[ObjectIdentifier]>([])
            Parallel.forEach(count: 8, threads: 8) { _ in
                pool.withDecoder(for: 0) {
                    made.add()
                    return Decoder(0)
                } _: { decoder in
                    used.withLock { $0.append(ObjectIdentifier(decoder)) }
                    // None gives its decoder back before all have one.
                    #expect(eventually { used.withLock { $0.count } == 8 })
                }
            }
            #expect(used.withLock { Set($0).count } == 8)
            #expect(made.value == 8)
        }
    }

    @Test func `a pool does not use a decoder again that has failed`() throws {
        let pool = DecoderPool<Int, Decoder>()
        var made = 0
        func use(isBroken: Bool) throws(Broken) {
            try pool.withDecoder(for: 0) { () throws(Broken) in
                made += 1
                return Decoder(0)
            } _: { (_) throws(Broken) in
                if isBroken { throw Broken() }
            }
        }
        try use(isBroken: false)
        #expect(throws: Broken.self) { try use(isBroken: true) }
        #expect(made == 1)
        try use(isBroken: false)
        #expect(made == 2)
    }
}

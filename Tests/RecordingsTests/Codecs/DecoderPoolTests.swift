import Support
import Testing

@testable import Recordings

@Suite("A pool of decoders")
struct DecoderPoolTests {
    private final class Decoder: Sendable {
        let form: Int

        init(_ form: Int) {
            self.form = form
        }
    }

    private final class Used: Sendable {
        let count = Counter()
    }

    private struct Broken: Error {}

    @Test("gives the decoder used last for streams of the same form, and no other")
    func forms() {
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

    @Test("keeps no more than it has room for, the ones used last")
    func capacity() {
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

    @Test("gives no two threads the same decoder")
    func threads() {
        let pool = DecoderPool<Int, Used>()
        Parallel.forEach(count: 200, threads: 8) { _ in
            pool.withDecoder(for: 0) {
                Used()
            } _: { decoder in
                decoder.count.add()
                #expect(decoder.count.value % 2 == 1)
                decoder.count.add()
            }
        }
    }

    @Test("does not use a decoder again that has failed")
    func failures() throws {
        let pool = DecoderPool<Int, Decoder>()
        var made = 0
        for isBroken in [false, true, false] {
            try? pool.withDecoder(for: 0) { () throws(Broken) in
                made += 1
                return Decoder(0)
            } _: { (_) throws(Broken) in
                if isBroken { throw Broken() }
            }
        }
        #expect(made == 2)
    }
}

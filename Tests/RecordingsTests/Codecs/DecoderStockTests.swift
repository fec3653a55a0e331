import AudioCoding
import Support
import Synchronization
import TestSupport
import Testing

@testable import Recordings

struct DecoderStockTests {
    private final class Decoder: Sendable {}

    /// What decoders a stock has made.
    private final class Maker: Sendable {
        private struct Made {
            weak var decoder: Decoder?
        }

        private let made = Mutex<[Made]>([])
        private let broken = Mutex(false)

        var count: Int { made.withLock { $0.count } }
        var livingCount: Int { made.withLock { $0.count { $0.decoder != nil } } }

        func setBroken(_ isBroken: Bool) {
            broken.withLock { $0 = isBroken }
        }

        func make() throws(AudioCodingError) -> Decoder {
            guard !broken.withLock({ $0 }) else { throw AudioCodingError(.aac, "broken") }
            let decoder = Decoder()
            made.withLock { $0.append(Made(decoder: decoder)) }
            return decoder
        }

        func stock(capacity: Int) -> DecoderStock<Decoder> {
            DecoderStock(capacity: capacity) { () throws(AudioCodingError) in try self.make() }
        }
    }

    @Test func `a stock opens none before one is taken, and then keeps as many ahead as it has room for`() throws {
        let maker = Maker()
        let stock = maker.stock(capacity: 3)
        #expect(maker.count == 0)
        let first = try stock.take()
        #expect(eventually { maker.count == 4 })
        let second = try stock.take()
        #expect(first !== second)
        #expect(eventually { maker.count == 5 })
        #expect(maker.livingCount == 5)
        withExtendedLifetime((first, second, stock)) {}
    }

    @Test func `each decoder of a stock is given once, to threads that take at once too`() throws {
        let maker = Maker()
        let stock = maker.stock(capacity: 3)
        let taken = Mutex<[Decoder]>([])
        Parallel.forEach(count: 200, threads: 8) { _ in
            if let decoder = try? stock.take() { taken.withLock { $0.append(decoder) } }
        }
        #expect(taken.withLock { Set($0.map { ObjectIdentifier($0) }).count } == 200)
        #expect(eventually { maker.count == 203 })
    }

    @Test func `a stock that cannot open decoders says why, and works once it can`() throws {
        let maker = Maker()
        maker.setBroken(true)
        let stock = maker.stock(capacity: 2)
        #expect(throws: AudioCodingError.self) { try stock.take() }
        maker.setBroken(false)
        let decoder = try stock.take()
        #expect(eventually { maker.count == 3 })
        withExtendedLifetime((decoder, stock)) {}
    }

    @Test func `nothing is left of a stock that is gone`() throws {
        let maker = Maker()
        var stock: DecoderStock? = maker.stock(capacity: 3)
        weak let gone = stock
        _ = try stock?.take()
        #expect(eventually { maker.livingCount == 3 })
        stock = nil
        #expect(gone == nil)
        // The thread had all that were left.
        #expect(eventually { maker.livingCount == 0 })
    }
}

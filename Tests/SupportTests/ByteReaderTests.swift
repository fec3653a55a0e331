import Support
import Testing

struct ByteReaderTests {
    @Test func `a byte reader reads numbers in both byte orders`() {
        var reader = ByteReader([0x01, 0x02, 0x03, 0x04, 0xFF, 0xFE])
        let numbers = (
            reader.readLittleEndian(UInt16.self), reader.readBigEndian(UInt16.self), reader.readLittleEndian(Int16.self)
        )
        #expect(numbers.0 == 0x0201)
        #expect(numbers.1 == 0x0304)
        #expect(numbers.2 == -257)
        #expect(reader.remaining == 0)
    }

    @Test func `a byte reader consumes nothing if it is asked for more than is left, or a negative number`() {
        var reader = ByteReader([1, 2, 3][1...])
        let refused = (reader.read(3), reader.read(-1), reader.readLittleEndian(UInt32.self), reader.skip(3))
        #expect(refused.0 == nil)
        #expect(refused.1 == nil)
        #expect(refused.2 == nil)
        #expect(!refused.3)
        #expect(reader.remaining == 2)
        let granted = (reader.skip(1), reader.readByte(), reader.readByte())
        #expect(granted.0)
        #expect(granted.1 == 3)
        #expect(granted.2 == nil)
    }
}

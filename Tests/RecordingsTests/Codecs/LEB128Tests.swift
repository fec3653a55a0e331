import Testing

@testable import Recordings

struct LEB128Tests {
    /// From DWARF 5, table 7.7, and the ends of the range.
    @Test(
        arguments: [
            (2, [2]), (127, [127]), (128, [0x80, 1]), (129, [0x81, 1]), (12_857, [0xB9, 0x64]), (0, [0]),
            (UInt64.max, [UInt8](repeating: 0xFF, count: 9) + [1]),
        ] as [(UInt64, [UInt8])])
    func `numbers of every size are written and read as LEB128`(number: UInt64, bytes: [UInt8]) {
        var written: [UInt8] = []
        LEB128.append(number, to: &written)
        #expect(written == bytes)
        var rest = (written + [9])[...]
        #expect(LEB128.take(from: &rest) == number)
        #expect(rest == [9])
    }

    @Test(arguments: [[], [0x80], [UInt8](repeating: 0xFF, count: 12), [UInt8](repeating: 0xFF, count: 9) + [2]])
    func `a LEB128 number that ends early or is too large is not read`(bytes: [UInt8]) {
        var rest = bytes[...]
        #expect(LEB128.take(from: &rest) == nil)
    }
}

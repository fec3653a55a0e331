import Testing

@testable import Zarr

/// Elements of absent chunks: the forms in which a fill value is written.
struct FillValueTests {
    private func read(_ type: String, _ fill: String) throws -> [UInt8] {
        let document = Documents.array(shape: "[2]", type: "\"\(type)\"", chunks: "[2]", fill: fill)
        let bytes = try ZarrArray.root(of: MemoryStore(document: document)).readAll()
        #expect(Array(bytes.prefix(bytes.count / 2)) == Array(bytes.suffix(bytes.count / 2)))
        return Array(bytes.prefix(bytes.count / 2))
    }

    @Test(arguments: [
        ("bool", "true", [1]), ("bool", "false", [0]), ("int8", "-128", [0x80]), ("uint8", "255", [255]),
        ("uint8", "null", [0]), ("uint8", "1.0", [1]), ("int16", "-2", [0xFE, 0xFF]), ("uint16", "258", [2, 1]),
        ("int64", "-9223372036854775808", [0, 0, 0, 0, 0, 0, 0, 0x80]),
        ("uint64", "18446744073709551615", [255, 255, 255, 255, 255, 255, 255, 255]),
        ("float16", "1.5", [0, 0x3E]), ("float16", #""NaN""#, [0, 0x7E]), ("float16", #""0x3e01""#, [1, 0x3E]),
        ("float32", "-0.0", [0, 0, 0, 0x80]), ("float32", "1", [0, 0, 0x80, 0x3F]),
        ("float32", #""Infinity""#, [0, 0, 0x80, 0x7F]), ("float32", #""-Infinity""#, [0, 0, 0x80, 0xFF]),
        ("float32", #""0x7fc00001""#, [1, 0, 0xC0, 0x7F]), ("float32", "NaN", [0, 0, 0xC0, 0x7F]),
        ("float64", "Infinity", [0, 0, 0, 0, 0, 0, 0xF0, 0x7F]),
        ("float64", #""NaN""#, [0, 0, 0, 0, 0, 0, 0xF8, 0x7F]),
        ("float64", #""0x0000000000000001""#, [1, 0, 0, 0, 0, 0, 0, 0]),
        ("float64", "null", [0, 0, 0, 0, 0, 0, 0, 0]),
        ("complex64", #"[1, "NaN"]"#, [0, 0, 0x80, 0x3F, 0, 0, 0xC0, 0x7F]),
        ("complex64", #"["-Infinity", "0x00000001"]"#, [0, 0, 0x80, 0xFF, 1, 0, 0, 0]),
        ("r24", "[1, 2, 255]", [1, 2, 255]), ("r16", "null", [0, 0]),
    ])
    func `fill values are read in every form`(type: String, fill: String, expected: [UInt8]) throws {
        #expect(try read(type, fill) == expected)
    }

    @Test(arguments: [
        ("bool", "1"), ("int8", "128"), ("int8", "-129"), ("uint8", "-1"), ("uint8", "256"), ("uint8", "1.5"),
        ("uint64", "18446744073709551616"), ("int16", #""0x0001""#), ("float32", #""0x7fc0000""#),
        ("float32", #""0x+fc00000""#), ("float32", #""nan""#), ("float64", "[1]"), ("complex64", "1"),
        ("complex64", "[1,2,3]"), ("r24", "[1,2]"), ("r24", "[1,2,256]"), ("r24", #""AAAA""#), ("uint8", "{}"),
    ])
    func `a fill value that the data type cannot hold is refused`(type: String, fill: String) {
        let error = #expect(throws: ZarrError.self) { try read(type, fill) }
        #expect(error?.kind == .invalidDocument)
    }
}

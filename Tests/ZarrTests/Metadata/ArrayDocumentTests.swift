import Support
import Testing

@testable import Zarr

/// What the document of an array may say, and what is refused when the array is opened.
struct ArrayDocumentTests {
    private func error(_ document: String) -> ZarrError? {
        do {
            _ = try ZarrArray.root(of: MemoryStore(document: document))
            return nil
        } catch {
            return error as? ZarrError
        }
    }

    @Test(arguments: [
        #"["bytes"]"#, #"[{"name":"bytes"}]"#, #"[{"name":"bytes","configuration":{}}]"#,
        #"[{"name":"bytes","configuration":{"endian":"little"},"must_understand":true}]"#,
        #"["bytes","crc32c"]"#, #"["bytes",{"name":"zstd","configuration":{"level":0,"checksum":false}}]"#,
        #"[{"name":"later","must_understand":false},"bytes",{"name":"later","must_understand":false}]"#,
    ])
    func `codecs may be written in any of the forms of the specification`(codecs: String) {
        #expect(error(Documents.array(codecs: codecs)) == nil)
    }

    @Test(arguments: [
        #""packbits""#, #"{"name":"vlen-utf8"}"#, #"{"name":"numcodecs.delta","configuration":{"dtype":"<i2"}}"#,
        #"{"name":"later","must_understand":true}"#,
    ])
    func `an unknown codec is refused by name, at any level`(codec: String) {
        let name = codec.split(separator: "\"").first { $0 != "{" && $0 != "name" && $0 != ":" } ?? ""
        let inner = Documents.sharding(codecs: "[\(Documents.bytes),\(codec)]")
        for codecs in ["[\(codec)]", "[\(Documents.bytes),\(codec)]", "[\(inner)]"] {
            let error = error(Documents.array(codecs: codecs))
            #expect(error?.kind == .unsupported)
            #expect(error?.description.contains("\"\(name)\"") == true)
        }
    }

    @Test(arguments: [
        "[]", #"["crc32c"]"#, #"["crc32c","bytes"]"#, #"["bytes","bytes"]"#,
        #"["bytes",{"name":"transpose","configuration":{"order":[0]}}]"#,
        #"[{"name":"transpose","configuration":{"order":[1]}},"bytes"]"#,
        #"[{"name":"transpose","configuration":{"order":[0,0]}},"bytes"]"#,
        #"[{"name":"transpose","configuration":{"order":"C"}},"bytes"]"#,
        #"[{"name":"transpose"},"bytes"]"#, #"[{"name":"bytes","configuration":{"endian":"middle"}}]"#,
        #"[{"configuration":{}}]"#, "[1]", "null", #""bytes""#,
        "[\(Documents.sharding("[3]"))]", "[\(Documents.sharding("[0]"))]", "[\(Documents.sharding("[2,2]"))]",
        "[\(Documents.sharding("[8]"))]", "[\(Documents.sharding(codecs: "[]"))]",
        "[\(Documents.sharding(index: #"["bytes"]"#))]", "[\(Documents.sharding(location: "middle"))]",
        "[\(Documents.sharding(index: #"[{"name":"bytes","configuration":{"endian":"little"}},"zstd"]"#))]",
        "[\(Documents.sharding(index: "[\(Documents.sharding("[1,1]"))]"))]",
    ])
    func `an impossible chain of codecs is refused when the array is opened`(codecs: String) {
        #expect(error(Documents.array(codecs: codecs))?.kind == .invalidDocument)
    }

    @Test func `an unknown setting of a known codec is refused, since it may change what the bytes mean`() {
        let later = #"{"name":"zstd","configuration":{"level":1,"dictionary":"x"}}"#
        let error = error(Documents.array(codecs: "[\(Documents.bytes),\(later)]"))
        #expect(error?.description.contains(#"codec "zstd" has the field "dictionary""#) == true)
    }

    @Test func `elements of several bytes need an endian`() {
        #expect(error(Documents.array(type: #""int16""#, codecs: #"["bytes"]"#))?.kind == .invalidDocument)
        for type in ["int8", "uint8", "bool"] {
            let fill = type == "bool" ? "false" : "0"
            #expect(error(Documents.array(type: "\"\(type)\"", codecs: #"["bytes"]"#, fill: fill)) == nil)
        }
    }

    @Test(arguments: [
        (#""string""#, "string"), (#"{"name":"numpy.datetime64","configuration":{"unit":"s"}}"#, "numpy.datetime64"),
        (#""r7""#, "r7"), (#""r0""#, "r0"), (#""r+8""#, "r+8"), (#""r99999999999999999999""#, "r9999"),
        (#""int24""#, "int24"), (#"{"name":"later","must_understand":false}"#, "later"),
    ])
    func `an unknown data type is refused by name`(type: String, name: String) {
        let error = error(Documents.array(type: type))
        #expect(error?.kind == .unsupported)
        #expect(error?.description.contains(name) == true)
    }

    @Test func `unknown chunk grids, key encodings and storage transformers are refused by name`() {
        let other = Documents.array().replacing(#""regular""#, with: #""rectilinear""#)
        #expect(error(other)?.description.contains(#""rectilinear""#) == true)
        #expect(error(Documents.array(keys: #""hashed""#))?.description.contains(#""hashed""#) == true)
        let separator = #"{"name":"v2","configuration":{"separator":"-"}}"#
        #expect(error(Documents.array(keys: separator))?.kind == .invalidDocument)
        let transformer = error(Documents.array(extra: #","storage_transformers":[{"name":"later"}]"#))
        #expect(transformer?.kind == .unsupported && transformer?.description.contains(#""later""#) == true)
        #expect(error(Documents.array(extra: #","storage_transformers":[]"#)) == nil)
        let ignorable = #","storage_transformers":[{"name":"later","must_understand":false}]"#
        #expect(error(Documents.array(extra: ignorable)) == nil)
    }

    @Test func `shapes that no memory address can span are refused`() {
        let most = "18446744073709551615"
        for (shape, chunks) in [
            ("[\(most)]", "[4]"), ("[4611686018427387904,4611686018427387904]", "[1,1]"), ("[8]", "[\(most)]"),
            ("[0,4611686018427387904,4611686018427387904]", "[1,1,1]"), ("[8]", "[0]"), ("[8]", "[4,4]"), ("[]", "[4]"),
            ("[-1]", "[4]"), ("[1.5]", "[4]"), ("[8,8]", "[4611686018427387904,4611686018427387904]"), ("8", "[4]"),
        ] {
            let kind = error(Documents.array(shape: shape, chunks: chunks))?.kind
            #expect(kind == .invalidDocument || kind == .unsupported, "\(shape) \(chunks)")
        }
        let deep = "[\(Array(repeating: "1", count: 33).joined(separator: ","))]"
        #expect(error(Documents.array(shape: deep, chunks: deep))?.kind == .unsupported)
        #expect(error(Documents.array(extra: #","dimension_names":["x","y"]"#))?.kind == .invalidDocument)
    }

    @Test func `a chunk that must be decoded as a whole has at most 1 GiB, others may have any size`() throws {
        let tebibyte = "[1099511627776]"
        let compressed = Documents.array(shape: tebibyte, chunks: tebibyte, codecs: #"["bytes","zstd"]"#)
        #expect(error(compressed)?.kind == .unsupported)
        #expect(error(Documents.array(shape: tebibyte, chunks: tebibyte)) == nil)
        let sharding = Documents.sharding("[1048576]", codecs: #"["bytes","zstd"]"#)
        #expect(error(Documents.array(shape: tebibyte, chunks: tebibyte, codecs: "[\(sharding)]")) == nil)
        let fine = Documents.sharding("[1]")
        #expect(error(Documents.array(shape: tebibyte, chunks: tebibyte, codecs: "[\(fine)]"))?.kind == .unsupported)
    }

    @Test func `shards nested without end are refused`() {
        let nested = (0..<20).reduce(Documents.bytes) { inner, _ in Documents.sharding("[4]", codecs: "[\(inner)]") }
        #expect(error(Documents.array(codecs: "[\(nested)]"))?.kind == .unsupported)
        let endless = (0..<500).reduce(Documents.bytes) { inner, _ in Documents.sharding("[4]", codecs: "[\(inner)]") }
        #expect(error(Documents.array(codecs: "[\(endless)]"))?.kind == .invalidDocument)
    }

    @Test func `dimension names may be null`() throws {
        let document = Documents.array(
            shape: "[8,2]", chunks: "[4,2]", extra: #","dimension_names":["time",null]"#)
        #expect(try ZarrArray.root(of: MemoryStore(document: document)).dimensionNames == ["time", nil])
    }
}

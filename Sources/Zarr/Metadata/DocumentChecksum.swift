import CLinux
import FoundationEssentials
import Support

/// The checksum of its other content that a document written by this project has, as an attribute.
///
/// The attribute is `"CCCCCCCC-BBBBBBBB"`, two CRC-32C in hexadecimal. The first is of the content in a form that does not depend on how it
/// is written, so that another program may write the document anew. The second is of the bytes of zarr.json with zeros for its own digits:
/// if it is right, nothing else need be looked at.
public enum DocumentChecksum {
    /// What is known of a document by its checksum.
    public enum Verdict: Sendable {
        /// It has none.
        case absent
        /// Its content is what was written.
        case right
        /// Its content is another.
        case wrong
    }

    /// The name of the attribute.
    public static let attribute = "zarrwlr_crc32c"
    private static let noDigits = "00000000"

    /// The verdict on the document of the node at `path` of `store`; nil if there is none.
    public static func verdict(on path: String, in store: any Store) throws(ZarrError) -> Verdict? {
        guard let document = try NodeDocument(store, path: path) else { return nil }
        return try document.checksumVerdict()
    }

    /// Gives the document of the node at `path` of `store` a checksum of the content that it has now. Its content stays as it is.
    public static func renew(_ path: String, in store: any WritableStore) throws(ZarrError) {
        guard let document = try NodeDocument(store, path: path) else {
            throw ZarrError(.notFound, "there is no Zarr node", path: path)
        }
        let bytes = try DocumentEncoder.encode(document.decode(JSONValue.self), path: path)
        do {
            try store.replace(path.isEmpty ? "zarr.json" : "\(path)/zarr.json", with: bytes)
        } catch {
            throw ZarrError(.store, "cannot be written", path: path, cause: error)
        }
    }

    /// Whether `bytes`, those of a document, may have a checksum: the name of the attribute, or a value of its form under a name that is
    /// damaged.
    static func isPossible(in bytes: Data) -> Bool {
        let bytes = Array(bytes)
        if place(behind: Array(attribute.utf8), in: bytes, from: 0) != nil { return true }
        // "CCCCCCCC-BBBBBBBB" with its quotation marks.
        let digits = noDigits.utf8.count
        let quotationMark = UInt8(ascii: "\"")
        var hyphen = digits + 1
        while hyphen + digits + 1 < bytes.count {
            if bytes[hyphen] == UInt8(ascii: "-"), bytes[hyphen - digits - 1] == quotationMark,
                bytes[hyphen + digits + 1] == quotationMark
            {
                return true
            }
            hyphen += 1
        }
        return false
    }

    /// The verdict on the document whose file has `bytes`, and whose content is `value`.
    static func verdict(on bytes: Data, value: () throws(ZarrError) -> JSONValue) throws(ZarrError) -> Verdict {
        if hasOwnBytes(bytes) { return .right }
        let content: JSONValue
        do throws(ZarrError) {
            content = try value()
        } catch {
            // A decoder of something else in the document may not come by what is broken.
            guard place(behind: Array(attribute.utf8), in: Array(bytes), from: 0) != nil else { throw error }
            return .wrong
        }
        return verdict(on: bytes, content)
    }

    private static func verdict(on bytes: Data, _ value: JSONValue) -> Verdict {
        guard let stored = value.checksum else { return value.hasRenamedChecksum ? .wrong : .absent }
        guard stored.hasPrefix("\(contentDigits(of: value))-") else { return .wrong }
        // Bytes that only this project writes, and yet another checksum: that is damaged itself.
        return (try? encoded(value, checksum: stored)).map { $0 == Array(bytes) } ?? false ? .wrong : .right
    }

    /// The bytes of `value`, a document, with its checksum.
    static func encoded(_ value: JSONValue) throws -> [UInt8] {
        let content = contentDigits(of: value)
        let bytes = try encoded(value, checksum: "\(content)-\(noDigits)")
        let marker = Array("\"\(attribute)\" : \"\(content)-".utf8)
        guard let place = onlyPlace(behind: marker, in: bytes) else { return bytes }
        return Array(bytes[..<place]) + digits(of: bytes) + bytes[(place + noDigits.utf8.count)...]
    }

    private static func encoded(_ value: JSONValue, checksum: String) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(value.with(checksum: checksum)))
    }

    /// Whether the checksum of its bytes that a document has is right.
    private static func hasOwnBytes(_ bytes: Data) -> Bool {
        let marker = Array("\"\(attribute)\" : \"".utf8)
        var bytes = Array(bytes)
        // The digits of the content, a hyphen, and the digits of the bytes.
        guard let start = onlyPlace(behind: marker, in: bytes).map({ $0 + noDigits.utf8.count + 1 }),
            start + noDigits.utf8.count <= bytes.count
        else { return false }
        let place = start..<start + noDigits.utf8.count
        let stored = Array(bytes[place])
        bytes.replaceSubrange(place, with: noDigits.utf8)
        return stored == digits(of: bytes)
    }

    /// The place behind `marker` in `bytes`; nil unless it is there exactly once.
    private static func onlyPlace(behind marker: [UInt8], in bytes: [UInt8]) -> Int? {
        guard let place = place(behind: marker, in: bytes, from: 0),
            self.place(behind: marker, in: bytes, from: place) == nil
        else { return nil }
        return place
    }

    /// The place behind the first `marker` in `bytes` from `start` on; nil if there is none.
    private static func place(behind marker: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        // The standard library's `firstRange` takes a hundred times as long.
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = memmem(base + start, bytes.count - start, marker, marker.count)
            else { return nil }
            return UnsafeRawPointer(found) - base + marker.count
        }
    }

    fileprivate static func contentDigits(of value: JSONValue) -> String {
        String(decoding: digits(of: Array(value.checkedContent.canonicalText.utf8)), as: UTF8.self)
    }

    private static func digits(of bytes: [UInt8]) -> [UInt8] {
        let hexadecimal = String(bytes.withUnsafeBytes { CRC32C.checksum(of: $0) }, radix: 16)
        return Array((noDigits.dropFirst(hexadecimal.count) + hexadecimal).utf8)
    }
}

extension JSONValue {
    /// The checksum of a document.
    fileprivate var checksum: String? {
        guard case .object(let members) = self, case .object(let attributes)? = members["attributes"],
            case .text(let checksum)? = attributes[DocumentChecksum.attribute]
        else { return nil }
        return checksum
    }

    /// Whether a checksum under another name would be right: a document whose names are damaged.
    fileprivate var hasRenamedChecksum: Bool {
        guard case .object(let members) = self else { return false }
        return members.contains { name, member in
            guard case .object(let fields) = member else { return false }
            return fields.contains { key, field in
                guard case .text(let text) = field, text.utf8.count == 17, text.dropFirst(8).first == "-" else {
                    return false
                }
                var others = fields
                others[key] = nil
                var document = members
                document[name] = nil
                document["attributes"] = .object(others)
                return text.hasPrefix(DocumentChecksum.contentDigits(of: .object(document)))
            }
        }
    }

    /// The document with `checksum`.
    fileprivate func with(checksum: String) -> JSONValue {
        guard case .object(var members) = self else { return self }
        var attributes: [String: JSONValue] = [:]
        if case .object(let all)? = members["attributes"] { attributes = all }
        attributes[DocumentChecksum.attribute] = .text(checksum)
        members["attributes"] = .object(attributes)
        return .object(members)
    }

    /// What of a document its checksum is of: all but the checksum itself, but members without content, which some programs write and others
    /// leave out, and but consolidated metadata, which other programs add and which is a copy of other documents.
    fileprivate var checkedContent: JSONValue {
        guard case .object(var members) = self else { return self }
        if case .object(var attributes)? = members["attributes"] {
            attributes[DocumentChecksum.attribute] = nil
            members["attributes"] = attributes.isEmpty ? nil : .object(attributes)
        }
        members["consolidated_metadata"] = nil
        return .object(members.filter { $1 != .null && $1 != .array([]) })
    }

    /// The value as Python's `json.dumps` writes it with `sort_keys=True`, `separators=(",", ":")` and `ensure_ascii=False`, but that
    /// whole numbers have no decimal point.
    fileprivate var canonicalText: String {
        switch self {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .integer(let integer): String(integer)
        case .unsigned(let unsigned): String(unsigned)
        case .number(let number): Int64(exactly: number).map { String($0) } ?? "\(number)"
        case .text(let text): text.quoted
        case .array(let array): "[\(array.map(\.canonicalText).joined(separator: ","))]"
        case .object(let object):
            "{"
                + object.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { "\($0.key.quoted):\($0.value.canonicalText)" }.joined(separator: ",") + "}"
        }
    }
}

extension String {
    /// The text as JSON.
    fileprivate var quoted: String {
        var quoted = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{8}": quoted += "\\b"
            case "\u{C}": quoted += "\\f"
            case "\0"..<" ":
                let hexadecimal = String(scalar.value, radix: 16)
                quoted += "\\u\("0000".dropFirst(hexadecimal.count))\(hexadecimal)"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

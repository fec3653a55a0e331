import FoundationEssentials

/// The bytes of a JSON document, made safe for a decoder.
///
/// Foundation's decoder ends the process at some documents that are no UTF-8, and recursion costs stack.
enum DocumentText {
    /// How deep arrays and objects may be nested. Documents of Zarr need ten or so.
    static let depthLimit = 128

    /// Numbers that JSON does not have, and Python writes.
    private static let bareNumbers = ["NaN", "Infinity", "-Infinity"].map { Array($0.utf8) }

    /// `bytes`, in which `NaN`, `Infinity` and `-Infinity` have become strings, as fill values write them.
    ///
    /// Throws if the bytes are no UTF-8, or are nested too deep. Otherwise, whether they are JSON is left to the decoder.
    static func checked(_ bytes: Data) throws(DocumentProblem) -> Data {
        guard bytes.withUnsafeBytes({ $0.allSatisfy { 1..<0x80 ~= $0 } }) || isUTF8(bytes) else {
            throw DocumentProblem(.invalidDocument, "zarr.json is not valid: it is no UTF-8 text")
        }
        guard let places = bytes.withUnsafeBytes({ bareNumbers(in: $0) }) else {
            throw DocumentProblem(.invalidDocument, "zarr.json is nested more than \(depthLimit) levels deep")
        }
        return places.isEmpty ? bytes : quoting(places, in: bytes)
    }

    /// What stands in `bytes`, an object, behind the name of its member `consolidated_metadata`; nil if it has none.
    static func consolidatedMetadata(in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        let name = Array("\"consolidated_metadata\"".utf8)
        var depth = 0
        var position = 0
        var start: Int?
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let end = endOfString(bytes, from: position)
                if depth == 1, start == nil, bytes[position..<end].elementsEqual(name), colon(bytes, behind: end) != nil
                {
                    start = end
                }
                position = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
                let closes = bytes[position] != UInt8(ascii: ",")
                if let start, depth == 1 { return start..<position }
                if closes { depth -= 1 }
            default: break
            }
            position += 1
        }
        return nil
    }

    /// The place of the colon behind the string that ends at `end`, if that is the name of a member; nil if it is a value.
    static func colon(_ bytes: UnsafeRawBufferPointer, behind end: Int) -> Int? {
        let place = bytes[end...].firstIndex { !isSpace($0) }
        return place.flatMap { bytes[$0] == UInt8(ascii: ":") ? $0 : nil }
    }

    /// `range` without the space at its ends.
    static func withoutSpace(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Range<Int> {
        guard let first = bytes[range].firstIndex(where: { !isSpace($0) }),
            let last = bytes[range].lastIndex(where: { !isSpace($0) })
        else { return range.lowerBound..<range.lowerBound }
        return first..<last + 1
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    /// `bytes` with `: null` in the place of `range`.
    static func cutting(_ range: Range<Int>, from bytes: UnsafeRawBufferPointer) -> Data {
        var rest = Data(bytes[..<range.lowerBound])
        rest += Data(": null".utf8)
        rest += Data(bytes[range.upperBound...])
        return rest
    }

    /// Where the numbers are that JSON does not have; nil if `bytes` are nested too deep.
    private static func bareNumbers(in bytes: UnsafeRawBufferPointer) -> [Range<Int>]? {
        var places: [Range<Int>] = []
        var depth = 0
        var position = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position = endOfString(bytes, from: position)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= depthLimit else { return nil }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "-"):
                let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
                if let number = bareNumbers.first(where: { rest.starts(with: $0) }) {
                    places.append(position..<position + number.count)
                    position += number.count
                    continue
                }
            default: break
            }
            position += 1
        }
        return places
    }

    /// Whether `bytes` are UTF-8 without a NUL, which decoders take for the sign of another encoding.
    private static func isUTF8(_ bytes: Data) -> Bool {
        !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
    }

    /// The place behind the string whose quotation mark is at `start`; the end of `bytes` if it does not end.
    static func endOfString(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start + 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""): return position + 1
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        return bytes.count
    }

    private static func quoting(_ places: [Range<Int>], in bytes: Data) -> Data {
        var quoted = Data(capacity: bytes.count + 2 * places.count)
        var position = 0
        for range in places {
            quoted += bytes.dropFirst(position).prefix(range.lowerBound - position)
            quoted.append(UInt8(ascii: "\""))
            quoted += bytes.dropFirst(range.lowerBound).prefix(range.count)
            quoted.append(UInt8(ascii: "\""))
            position = range.upperBound
        }
        return quoted + bytes.dropFirst(position)
    }
}

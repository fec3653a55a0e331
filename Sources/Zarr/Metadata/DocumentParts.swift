import FoundationEssentials

/// A document in parts: its attributes and its shape, which differ from node to node, and the rest, which thousands of nodes have in common.
///
/// If the rest is that of another document that was valid, and both parts are valid values, the document is valid and says the same but for these.
struct DocumentParts {
    /// Bytes of the longest rest that is looked at: longer ones have something of their own, and would not be found again.
    private static let restLimit = 4 << 10

    /// The value of `attributes`; nil if there is none, or null.
    let attributes: Data?
    /// The value of `shape`; nil if there is none.
    private let shapeText: Data?
    /// The other bytes, and marks in the places of the values.
    let rest: Data

    /// The parts of `bytes`, which `DocumentText` has checked; nil if it is not certain which they are, or the rest is long.
    init?(_ bytes: Data) {
        guard let places = bytes.withUnsafeBytes({ Self.places(in: $0) }) else { return nil }
        let values = (attributes: places.attributes.map { bytes.part($0) }, shape: places.shape.map { bytes.part($0) })
        guard bytes.count - (values.attributes?.count ?? 0) - (values.shape?.count ?? 0) <= Self.restLimit else {
            return nil
        }
        attributes = values.attributes.flatMap { $0.elementsEqual("null".utf8) ? nil : $0 }
        shapeText = values.shape
        var rest = Data()
        var position = 0
        for place in [places.attributes, places.shape].compactMap(\.self).sorted(by: { $0.lowerBound < $1.lowerBound })
        {
            rest += bytes.part(position..<place.lowerBound)
            // No document has such a byte. Which value it was says the name before it.
            rest.append(0)
            position = place.upperBound
        }
        self.rest = rest + bytes.part(position..<bytes.count)
    }

    /// The shape, if it is an array of integers as everybody writes them.
    var shape: [UInt64]? {
        guard let shapeText, let text = String(validating: shapeText, as: UTF8.self) else { return nil }
        let isSpace = { (character: Character) in character.utf8.allSatisfy { " \t\r\n".utf8.contains($0) } }
        guard text.first == "[", text.last == "]" else { return nil }
        let numbers = text.dropFirst().dropLast()
        if numbers.allSatisfy(isSpace) { return [] }
        var shape: [UInt64] = []
        for number in numbers.split(separator: ",", omittingEmptySubsequences: false) {
            let digits = number.drop(while: isSpace).prefix { $0.isASCII && $0.isNumber }
            guard let value = UInt64(digits), digits == "0" || digits.first != "0",
                number.drop(while: isSpace).dropFirst(digits.count).allSatisfy(isSpace)
            else { return nil }
            shape.append(value)
        }
        return shape
    }

    /// Whether the document has a shape.
    var hasShape: Bool { shapeText != nil }

    // MARK: - Places

    private struct Places {
        var attributes: Range<Int>?
        var shape: Range<Int>?
    }

    private static let attributesName = Array("\"attributes\"".utf8), shapeName = Array("\"shape\"".utf8)

    /// Where the values are, without the space around them; nil if that is not certain: a name may be there twice, or be written with escapes.
    private static func places(in bytes: UnsafeRawBufferPointer) -> Places? {
        var places = Places()
        var (depth, position) = (0, 0)
        /// The value that has begun.
        var open: (place: WritableKeyPath<Places, Range<Int>?>, start: Int)?
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let end = DocumentText.endOfString(bytes, from: position)
                if depth == 1, open == nil, let colon = DocumentText.colon(bytes, behind: end) {
                    let name = bytes[position..<end]
                    guard !name.contains(UInt8(ascii: "\\")) else { return nil }
                    let isAttributes = name.elementsEqual(attributesName)
                    if isAttributes || name.elementsEqual(shapeName) {
                        let place = isAttributes ? \Places.attributes : \Places.shape
                        guard places[keyPath: place] == nil else { return nil }
                        open = (place, colon + 1)
                    }
                    position = colon + 1
                } else {
                    position = end
                }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
                if let value = open, depth == 1 {
                    places[keyPath: value.place] = DocumentText.withoutSpace(value.start..<position, in: bytes)
                    open = nil
                }
                if bytes[position] != UInt8(ascii: ",") { depth -= 1 }
            default: break
            }
            position += 1
        }
        return open == nil ? places : nil
    }
}

extension Data {
    /// The bytes at `places`, counted from the first one; all that there are of them.
    fileprivate func part(_ places: Range<Int>) -> Data {
        dropFirst(places.lowerBound).prefix(places.count)
    }
}

import Foundation
import TestSupport

/// Ways in which a JSON document is damaged, by rot or on purpose.
enum DocumentDamage: CaseIterable {
    case bytes, notUTF8, value, number, nested, removed, doubled

    /// Stands for a text in a document that no JSON encoder writes.
    private static let placeholder = "fuzz-placeholder"

    /// Damages `document` at places that `random` chooses, and says what was done.
    func apply(to document: inout [UInt8], by random: inout RepeatableRandom) -> String {
        switch self {
        case .bytes:
            let all = ByteDamage.allCases
            return all[Int.random(in: 0..<all.count, using: &random)].apply(to: &document, by: &random)
        case .notUTF8:
            let place = Int.random(in: 0...document.count, using: &random)
            let odd: [[UInt8]] = [
                [0xFD], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82],
            ]
            let bytes = odd[Int.random(in: 0..<odd.count, using: &random)]
            document.insert(contentsOf: bytes, at: place)
            return "\(bytes), which is no UTF-8, at \(place)"
        case .value: return replace(in: &document, by: &random, Self.values)
        case .number: return replace(in: &document, by: &random, Self.numbers, where: { $0 is NSNumber })
        case .nested:
            let depth = [100, 127, 128, 129, 5_000, 200_000][Int.random(in: 0..<6, using: &random)]
            let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            return replace(in: &document, by: &random, [text], name: "\(depth) lists in each other")
        case .removed: return replace(in: &document, by: &random, [nil])
        case .doubled:
            let values = Self.values.compactMap { $0 }
            let value = values[Int.random(in: 0..<values.count, using: &random)]
            guard let keys = (try? JSONSerialization.jsonObject(with: Data(document)) as? [String: Any])?.keys.sorted(),
                let end = document.lastIndex(of: UInt8(ascii: "}")), !keys.isEmpty
            else { return DocumentDamage.notUTF8.apply(to: &document, by: &random) }
            let key = keys[Int.random(in: 0..<keys.count, using: &random)]
            document.insert(contentsOf: Array(", \"\(key)\": \(value)".utf8), at: end)
            return "\(key) there again as \(value.prefix(40))"
        }
    }

    private static let numbers: [String?] = [
        "-1", "0", "1", "2", "3", "7", "-0", "0.5", "1e2", "255", "256", "65536", "2147483647", "2147483648",
        "4294967296",
        "1099511627776", "9007199254740993", "4611686018427387904", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "18446744073709551616", "-9223372036854775808", "1e19", "1e308", "1e400", "-1e400",
        "NaN",
        "Infinity", "-Infinity", String(repeating: "9", count: 5_000), "1" + String(repeating: "0", count: 400), "0x10",
        "01",
    ]

    private static let values: [String?] =
        numbers.prefix(8) + [
            "null", "true", "false", "\"\"", "\"a\"", "[]", "{}", "[[]]", "[null]", "{\"\": null}", "[0, 0, 0]",
            "[1e400]",
            "\"\\u0000\"", "\"\\ud800\"", "\"../../etc/passwd\"", "\"/\"", "\".\"", "\"a\\u0000b\"",
            "\"\\u202e\\u001b[31m\"",
            "\"" + String(repeating: "x", count: 100_000) + "\"", "[" + String(repeating: "1,", count: 10_000) + "1]",
            "{\"name\": \"sharding_indexed\", \"configuration\": {}}", "{\"name\": 1}", "[{\"name\": \"bytes\"}]",
            "\"float64\"", "\"r0\"", "\"r99999999999\"", "\"9999-12-31T23:59:59Z\"", "\"-1\"",
        ]

    /// Replaces one value of `document` by one of `texts`, or removes it if that is nil. Only values are replaced for which `condition`
    /// holds.
    private func replace(
        in document: inout [UInt8], by random: inout RepeatableRandom, _ texts: [String?], name: String? = nil,
        where condition: (Any) -> Bool = { _ in true }
    ) -> String {
        guard let root = try? JSONSerialization.jsonObject(with: Data(document)) else {
            return DocumentDamage.notUTF8.apply(to: &document, by: &random)
        }
        var count = 0
        _ = Self.replaced(root) { value in
            if condition(value) { count += 1 }
            return value
        }
        guard count > 0 else { return DocumentDamage.notUTF8.apply(to: &document, by: &random) }
        let target = Int.random(in: 0..<count, using: &random)
        let text = texts[Int.random(in: 0..<texts.count, using: &random)]
        var (place, old) = (0, "")
        let changed = Self.replaced(root) { value in
            guard condition(value) else { return value }
            place += 1
            guard place == target + 1 else { return value }
            old = "\(value)"
            return text == nil ? nil : Self.placeholder
        }
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed]
        guard let changed, let data = try? JSONSerialization.data(withJSONObject: changed, options: options) else {
            document = Array((text ?? "").utf8)
            return "\(name ?? "\(text ?? "nothing")") in place of the document"
        }
        document = Array(
            String(decoding: data, as: UTF8.self).replacing("\"\(Self.placeholder)\"", with: text ?? "").utf8)
        return "\(name ?? "\((text ?? "nothing").prefix(40))") in place of \(old.prefix(40))"
    }

    /// `value` with each value in it replaced by what `body` returns, from the outside to the inside; nil removes it.
    private static func replaced(_ value: Any, _ body: (Any) -> Any?) -> Any? {
        guard let replaced = body(value) else { return nil }
        if let object = replaced as? [String: Any] {
            var members: [String: Any] = [:]
            for key in object.keys.sorted() { members[key] = object[key].flatMap { Self.replaced($0, body) } }
            return members
        }
        return (replaced as? [Any])?.compactMap { Self.replaced($0, body) } ?? replaced
    }
}

/// How the coordinates of a chunk become a key below the array's path.
struct ChunkKeyEncoding: Decodable {
    private enum Separator: String, Decodable {
        case slash = "/"
        case dot = "."
    }

    /// `default` puts a `c` before the numbers, `v2` does not.
    private let hasPrefix: Bool
    private let separator: Separator

    init(from decoder: any Decoder) throws {
        let encoding = try ExtensionFields(decoder, what: "the chunk key encoding")
        switch encoding.name {
        case "default": hasPrefix = true
        case "v2": hasPrefix = false
        default: throw DocumentProblem(.unsupported, "chunk key encoding \"\(encoding.name)\" is not supported")
        }
        try encoding.configuration.refuseUnknown(
            besides: ["separator"], in: "chunk key encoding \"\(encoding.name)\"")
        separator = try encoding.configuration.valueIfPresent("separator") ?? (hasPrefix ? .slash : .dot)
    }

    /// The key of the chunk at `coordinates` of the array at `path`.
    func key(of coordinates: [Int], in path: String) -> String {
        var key = path.isEmpty ? "" : path + "/"
        if hasPrefix {
            key += "c"
        } else if coordinates.isEmpty {
            key += "0"
        }
        for (axis, coordinate) in coordinates.enumerated() {
            if hasPrefix || axis > 0 { key += separator.rawValue }
            key += String(coordinate)
        }
        return key
    }
}

import Support

/// A name that a file can have, in two parts: a stem, which may be cut short, and an ending, which is kept.
///
/// Names are compared as bytes, as the kernel does; Swift strings with different spellings of `é` would be equal.
struct FileName {
    /// The most bytes that a file name may have on Linux (NAME_MAX).
    static let maximumByteCount = 255

    private let stem: String
    private let ending: String

    /// The name of a directory that is called `name` in the store.
    init(directory name: String) {
        stem = Self.mended(name)
        ending = ""
    }

    /// The name of the file of that `kind` of a recording whose source was called `name`: that of a WAV file has `.wav` in place of any
    /// other extension, that of the source its own.
    ///
    /// What follows the last full stop is an extension if it is 1 to 8 ASCII letters and digits, at least one of them a
    /// letter, and something comes before the full stop; `night.2025-06-18` has none, and `.wav` is appended.
    init(source name: String, as kind: RecordingFileKind = .wave) {
        let name = Self.mended(name)
        let dot = name.lastIndex(of: ".").flatMap { dot in
            dot > name.startIndex && Self.isExtension(name[name.index(after: dot)...]) ? dot : nil
        }
        stem = String(name[..<(dot ?? name.endIndex)])
        let own = String(name[(dot ?? name.endIndex)...])
        ending = kind == .source || own.lowercased() == ".wav" ? own : ".wav"
    }

    /// The name of a file or directory that has that `name` already, such as the one that it is derived from; with `ending` behind it.
    init(existing name: some Sequence<UInt8>, ending: String = "") {
        stem = String(fileBytes: Array(name))
        self.ending = ending
    }

    /// The name of a WAV file that has the bytes `name`, without its ending; with `ending` in its place.
    init(stemOf name: some Collection<UInt8>, ending: String = "") {
        self.init(existing: name.dropLast(".wav".utf8.count), ending: ending)
    }

    /// The bytes of the name with `suffix` between the stem and the ending. If they are too many, the stem is cut
    /// between two characters. Bytes of a source's name that are no UTF-8 are as they were.
    func bytes(suffix: String = "") -> [UInt8] {
        let tail = Array(suffix.utf8) + Array(ending.utf8)
        var head = stem.fileBytes
        var room = max(0, Self.maximumByteCount - tail.count)
        if head.count > room {
            // A byte 10xxxxxx continues a character of UTF-8, so what is cut off must not begin with one.
            while room > 0, head[room] & 0xC0 == 0x80 { room -= 1 }
            head.removeSubrange(room...)
        }
        return head + tail
    }

    /// `name` in which `_` replaces what no file name can have: slashes, control characters, and each full stop of `.`
    /// and `..`.
    private static func mended(_ name: String) -> String {
        switch name {
        case "": return "unnamed"
        case ".": return "_"
        case "..": return "__"
        default:
            guard name.unicodeScalars.contains(where: isUnfit) else { return name }
            return String(String.UnicodeScalarView(name.unicodeScalars.map { isUnfit($0) ? "_" : $0 }))
        }
    }

    /// Whether `scalar` is a slash or a control character (Unicode's category Cc, which is fixed to these two ranges).
    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "/" || scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    }

    private static func isExtension(_ text: Substring) -> Bool {
        (1...8).contains(text.utf8.count) && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            && text.contains(where: \.isLetter)
    }
}

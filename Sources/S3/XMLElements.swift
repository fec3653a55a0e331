import CExpat

/// The elements of an XML document and their texts.
enum XMLElements {
    /// Calls `end` with the path of each element, from the root's name on, and its text, when it ends; false if `document` is no XML.
    static func forEach(in document: [UInt8], end: (_ path: [String], _ text: String) -> Void) -> Bool {
        guard let parser = XML_ParserCreate("UTF-8"), let byteCount = Int32(exactly: document.count) else {
            return false
        }
        defer { XML_ParserFree(parser) }
        return withoutActuallyEscaping(end) { end in
            let reading = Reading(end)
            return withExtendedLifetime(reading) {
                XML_SetUserData(parser, Unmanaged.passUnretained(reading).toOpaque())
                XML_SetElementHandler(
                    parser, { own, name, _ in XMLElements.reading(own)?.begin(name) },
                    { own, _ in XMLElements.reading(own)?.end() })
                XML_SetCharacterDataHandler(parser) { own, bytes, count in
                    XMLElements.reading(own)?.text += String(
                        decoding: UnsafeRawBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
                }
                let status = document.withUnsafeBytes {
                    XML_Parse(parser, $0.baseAddress?.assumingMemoryBound(to: CChar.self), byteCount, 1)
                }
                return status == XML_STATUS_OK
            }
        }
    }

    private static func reading(_ own: UnsafeMutableRawPointer?) -> Reading? {
        own.map { Unmanaged<Reading>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Where the parser is.
    private final class Reading {
        var text = ""
        private var path: [String] = []
        private let report: (_ path: [String], _ text: String) -> Void

        init(_ report: @escaping (_ path: [String], _ text: String) -> Void) {
            self.report = report
        }

        func begin(_ name: UnsafePointer<XML_Char>?) {
            path.append(name.map { String(cString: $0) } ?? "")
            text = ""
        }

        func end() {
            report(path, text)
            text = ""
            path.removeLast()
        }
    }
}

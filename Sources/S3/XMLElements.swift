import CExpat

/// The elements of an XML document and their texts.
enum XMLElements {
    /// Elements lie in no more others than that in any answer of a service.
    private static let depthLimit = 16
    /// Bytes of a text.
    private static let textLimit = 16 << 10

    /// Calls `end` with the path of each element, from the root's name on, and its text, when it ends; false if `document` is no XML, or none
    /// that a service sends: it defines entities, or is nested or long beyond all measure.
    static func forEach(in document: [UInt8], end: (_ path: [String], _ text: String) -> Void) -> Bool {
        guard let parser = XML_ParserCreate("UTF-8"), let byteCount = Int32(exactly: document.count) else {
            return false
        }
        defer { XML_ParserFree(parser) }
        return withoutActuallyEscaping(end) { end in
            let reading = Reading(parser, end)
            return withExtendedLifetime(reading) {
                XML_SetUserData(parser, Unmanaged.passUnretained(reading).toOpaque())
                XML_SetElementHandler(
                    parser, { own, name, _ in XMLElements.reading(own)?.begin(name) },
                    { own, _ in XMLElements.reading(own)?.end() })
                XML_SetStartDoctypeDeclHandler(parser) { own, _, _, _, _ in XMLElements.reading(own)?.stop() }
                XML_SetCharacterDataHandler(parser) { own, bytes, count in
                    XMLElements.reading(own)?.add(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
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
        private let parser: XML_Parser
        private var text: [UInt8] = []
        private var path: [String] = []
        private let report: (_ path: [String], _ text: String) -> Void

        init(_ parser: XML_Parser, _ report: @escaping (_ path: [String], _ text: String) -> Void) {
            self.parser = parser
            self.report = report
        }

        /// Ends the parsing: the document is none. What has been read to here may still be reported.
        func stop() { XML_StopParser(parser, XML_Bool(XML_FALSE)) }

        func begin(_ name: UnsafePointer<XML_Char>?) {
            path.append(name.map { String(cString: $0) } ?? "")
            text = []
            if path.count > depthLimit { stop() }
        }

        func add(_ bytes: UnsafeRawBufferPointer) {
            text += bytes
            if text.count > textLimit { stop() }
        }

        func end() {
            report(path, String(decoding: text, as: UTF8.self))
            text = []
            _ = path.popLast()
        }
    }
}

/// A form in which programs write annotations.
protocol AnnotationFormat: Sendable {
    /// The program, as in "the table is none of Raven's".
    var program: String { get }

    /// The annotations in `text`, in its order; nil if it is not of this form. Throws if it is, and a row is not valid.
    func annotations(in text: AnnotationText) throws(CommandError) -> [Annotation]?
}

/// A table as it was read: its text, and its rows if it is taken as one of delimited fields.
struct AnnotationText: Sendable {
    let text: String
    private let parsed: Result<DelimitedText, CommandError>

    init(_ text: String) {
        self.text = text
        do throws(CommandError) {
            parsed = .success(try DelimitedText(text))
        } catch {
            parsed = .failure(error)
        }
    }

    /// The rows. Throws if the text is not one of delimited fields.
    func rows() throws(CommandError) -> DelimitedText { try parsed.get() }
}

/// The forms that are understood. The first that takes a table reads it.
enum AnnotationFormats {
    static let all: [any AnnotationFormat] = [
        TextGridFormat(), SonicVisualiserLayer(), TitledTable.birdNETSelections, TitledTable.raven, TitledTable.birdNET,
        TitledTable.kaleidoscope, ELANTable(), TitledTable.pamguardDetections, TitledTable.pamguard,
        TitledTable.startAndEnd, TitledTable.sonicVisualiserFrames, TitledTable.sonicVisualiser, ELANWithoutTitles(),
        AudacityLabels(),
    ]

    /// The annotations in `text`; none if it has no rows.
    static func annotations(in text: String) throws(CommandError) -> [Annotation] {
        guard text.contains(where: { !$0.isWhitespace }) else { return [] }
        let table = AnnotationText(text)
        for format in all {
            if let annotations = try format.annotations(in: table) { return annotations }
        }
        var programs: [String] = []
        for format in all where !programs.contains(format.program) { programs.append(format.program) }
        throw CommandError(
            "the table is none of \(programs.joined(separator: ", ")), nor has it titles such as Begin Time (s) and "
                + "End Time (s)")
    }
}

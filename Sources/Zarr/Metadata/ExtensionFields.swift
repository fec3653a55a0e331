/// An extension point in a document: a name and its configuration, or, in shorthand, the name alone.
struct ExtensionFields {
    let name: String
    /// Whether a reader that does not know the name may ignore it.
    let isIgnorable: Bool
    let configuration: DocumentFields

    /// Reads `{"name", "configuration", "must_understand"}` or `"name"`.
    ///
    /// A failed attempt is slow, so the usual form is tried first: the name alone if `usuallyShort`.
    init(_ decoder: any Decoder, what: String, usuallyShort: Bool = false) throws {
        if usuallyShort, let name = try? decoder.singleValueContainer().decode(String.self) {
            self.init(name: name)
            return
        }
        guard let fields = try? DocumentFields(decoder) else {
            self.init(name: try decoder.singleValueContainer().decode(String.self))
            return
        }
        try fields.refuseUnknown(besides: ["name", "configuration", "must_understand"], in: what)
        self.init(
            name: try fields.value("name"),
            isIgnorable: try fields.valueIfPresent("must_understand", as: Bool.self) == false,
            configuration: try fields.object("configuration"))
    }

    private init(name: String, isIgnorable: Bool = false, configuration: DocumentFields = .none) {
        self.name = name
        self.isIgnorable = isIgnorable
        self.configuration = configuration
    }
}

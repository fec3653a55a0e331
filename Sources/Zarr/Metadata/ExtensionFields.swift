/// What a document says of an extension point: a name and its configuration, or, in shorthand, the name alone.
struct ExtensionFields {
    let name: String
    /// Whether a reader that does not know the name may go on without.
    let isIgnorable: Bool
    let configuration: DocumentFields

    /// Reads `{"name", "configuration", "must_understand"}` or `"name"`.
    init(_ decoder: any Decoder, what: String) throws {
        // The object first: it is what is written, and a failed attempt is slow.
        guard let fields = try? DocumentFields(decoder) else {
            name = try decoder.singleValueContainer().decode(String.self)
            isIgnorable = false
            configuration = .none
            return
        }
        try fields.refuseUnknown(besides: ["name", "configuration", "must_understand"], in: what)
        name = try fields.value("name")
        isIgnorable = try fields.valueIfPresent("must_understand", as: Bool.self) == false
        configuration = try fields.object("configuration")
    }
}

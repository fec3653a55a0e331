/// An extension point as documents write it: `{"name", "configuration"}`.
struct NamedConfiguration<Configuration: Encodable>: Encodable {
    let name: String
    let configuration: Configuration

    init(_ name: String, _ configuration: Configuration) {
        self.name = name
        self.configuration = configuration
    }
}

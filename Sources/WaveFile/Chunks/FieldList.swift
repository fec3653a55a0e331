/// Fields with different names, a bounded number of bytes of them: what comes behind is left out.
struct FieldList: Sendable, Equatable {
    private static let countLimit = 4096
    private static let byteCountLimit = 1 << 20

    private(set) var fields: [MetadataField] = []
    private var places: [String: Int] = [:]
    private var byteCount = 0

    /// No fields.
    init() {}

    /// Adds `field`, unless there is one of its name, or no room for it.
    mutating func add(_ field: MetadataField) {
        let sum = byteCount + field.name.utf8.count + field.value.utf8.count
        guard places[field.name] == nil, fields.count < Self.countLimit, sum <= Self.byteCountLimit else { return }
        places[field.name] = fields.count
        byteCount = sum
        fields.append(field)
    }

    /// The value of the field called `name`.
    subscript(name: String) -> String? { places[name].map { fields[$0].value } }
}

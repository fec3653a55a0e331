/// The members of a JSON object in a document, read one by one. Those that were not expected are refused, as the specification
/// requires.
struct DocumentFields {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Whether an unknown member can be ignored.
    private struct Ignorable: Decodable {
        private enum CodingKeys: String, CodingKey {
            case mustUnderstand = "must_understand"
        }

        let mustUnderstand: Bool
    }

    /// Nil for an absent object, which has no members.
    private let container: KeyedDecodingContainer<Name>?
    private let path: [any CodingKey]

    /// An object without members.
    static var none: DocumentFields { DocumentFields(container: nil, path: []) }

    init(_ decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: Name.self)
        path = decoder.codingPath
    }

    private init(container: KeyedDecodingContainer<Name>?, path: [any CodingKey]) {
        self.container = container
        self.path = path
    }

    /// The value of member `name`.
    func value<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
        let key = Name(stringValue: name)
        return try existing(key).decode(type, forKey: key)
    }

    /// The value of member `name`, made by `make`.
    func value<T>(_ name: String, make: (any Decoder) throws -> T) throws -> T {
        let key = Name(stringValue: name)
        return try make(try existing(key).superDecoder(forKey: key))
    }

    /// The container, which has a member `key`.
    private func existing(_ key: Name) throws -> KeyedDecodingContainer<Name> {
        guard let container, container.contains(key) else {
            throw DecodingError.keyNotFound(
                key, DecodingError.Context(codingPath: path, debugDescription: "no such member"))
        }
        return container
    }

    /// The value of member `name`; nil if it is absent or null.
    func valueIfPresent<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T? {
        try container?.decodeIfPresent(type, forKey: Name(stringValue: name))
    }

    /// The members of the object that is the value of member `name`; none if it is absent.
    func object(_ name: String) throws -> DocumentFields {
        let key = Name(stringValue: name)
        guard let container, container.contains(key) else { return DocumentFields(container: nil, path: path + [key]) }
        return DocumentFields(
            container: try container.nestedContainer(keyedBy: Name.self, forKey: key), path: path + [key])
    }

    /// Refuses members other than `known`, unless they say that they need not be understood. See "Array metadata" in the
    /// Zarr v3 core specification.
    func refuseUnknown(besides known: [String], in whole: @autoclosure () -> String) throws {
        guard let container else { return }
        for key in container.allKeys where !known.contains(key.stringValue) {
            if let field = try? container.decode(Ignorable.self, forKey: key), !field.mustUnderstand { continue }
            throw DocumentProblem(
                .unsupported, "\(whole()) has the field \"\(key.stringValue)\", which is not known here")
        }
    }
}

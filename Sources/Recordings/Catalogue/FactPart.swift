/// A part of a fact, which a catalogue keeps in a column of its own.
struct FactPart: Sendable {
    /// What sort of value it has.
    enum Kind: Sendable {
        /// A number without a fraction, or a flag.
        case integer
        case real
        case text
    }

    /// Its name, to be appended to the fact's own; nil if the fact has only this part.
    var name: String?
    let kind: Kind

    /// Integers called `names`.
    static func integers(_ names: [String]) -> [FactPart] { names.map { FactPart(name: $0, kind: .integer) } }

    /// Integers called `names`.
    static func integers(_ names: String...) -> [FactPart] { integers(names) }

    /// The name of its column, of the fact called `fact`.
    func column(of fact: String) -> String { name.map { "\(fact)_\($0)" } ?? fact }
}

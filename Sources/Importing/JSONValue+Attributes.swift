import Zarr

extension JSONValue {
    /// An object of `texts`, of several with the same name the first; nil if there are none.
    init?(_ texts: [(name: String, value: String)]) {
        guard !texts.isEmpty else { return nil }
        self = .object(Dictionary(texts.map { ($0.name, .text($0.value)) }) { first, _ in first })
    }
}

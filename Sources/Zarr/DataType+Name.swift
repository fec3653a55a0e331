extension DataType {
    /// Its name in documents.
    var name: String {
        switch self {
        case .raw(let bytes): "r\(8 * bytes)"
        default: "\(self)"
        }
    }
}

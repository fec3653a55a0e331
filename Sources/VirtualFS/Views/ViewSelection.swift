public import Support

/// The views that a volume shows.
public struct ViewSelection: Sendable, Equatable {
    private var names: Set<String>

    private init(_ views: [View]) {
        names = Set(views.map(\.name))
    }

    /// Those that add no directory.
    public static let usual = ViewSelection(View.all.filter(\.isUsual))

    /// The names that a list can have, in order.
    public static let allNames = View.all.map(\.name) + ["all", "none"]

    /// The views that `list` names, joined by colons, besides the usual ones; `all` adds every view, and `none` drops those that are
    /// named before it, the usual ones among them. Throws if there is no view of a name.
    public init(_ list: String) throws(UnknownView) {
        self = .usual
        for name in list.split(separator: ":", omittingEmptySubsequences: false).map(String.init) {
            switch name {
            case "all": self = ViewSelection(View.all)
            case "none": self = ViewSelection([])
            default:
                guard View.all.contains(where: { $0.name == name }) else { throw UnknownView(name: name) }
                names.insert(name)
            }
        }
    }

    /// Whether `view` is shown.
    func contains(_ view: View) -> Bool { names.contains(view.name) }

    /// A name that no view has.
    public struct UnknownView: DescribedError {
        let name: String

        /// What is wrong, and the names that there are.
        public var summary: String {
            "there is no view '\(name)'; there are \(View.all.map(\.name).joined(separator: ", ")), and 'all' and 'none'"
        }
    }
}

import Support

/// Something that the root of a volume has beside the groups and recordings of the store: a view of the recordings, or what the
/// volume tells of itself.
struct View: Sendable {
    /// What it is called in the root; what the store calls so gets another name.
    let name: String
    /// Makes its directory, which shows `tree`.
    let make: @Sendable (_ tree: PlainTree, _ options: VolumeOptions) -> any Directory

    /// All of them: to add one, add its line.
    static let all = [View(name: ReportDirectory.name) { ReportDirectory(about: $0, options: $1) }]
}

/// The root of a volume: the plain tree's, with the views among its children.
final class RootDirectory: Directory {
    private let plain: GroupDirectory
    /// In the order of their names.
    private let views: [(name: String, directory: any Directory)]

    /// The root of `tree`, with `views`.
    init(_ tree: PlainTree, _ views: [View], options: VolumeOptions) {
        plain = tree.root
        self.views = views.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .map { ($0.name, $0.make(tree, options)) }
    }

    var modified: Timestamp { plain.modified }
    var caching: NodeCaching { plain.caching }
    var extendedAttributes: [(name: String, value: String)] { plain.extendedAttributes }
    var count: Int { plain.count + views.count }

    func name(at place: Int) -> [UInt8] {
        switch member(at: place) {
        case .plain(let place): plain.name(at: place)
        case .view(let index): Array(views[index].name.utf8)
        }
    }

    func place(of name: [UInt8]) -> Int? {
        if let index = views.firstIndex(where: { $0.name.utf8.elementsEqual(name) }) { return place(ofView: index) }
        guard let place = plain.place(of: name) else { return nil }
        return place + views.count { $0.name.utf8.lexicographicallyPrecedes(name) }
    }

    func identity(at place: Int) -> NodeIdentity {
        switch member(at: place) {
        case .plain(let place): plain.identity(at: place)
        case .view(let index): .builtIn(path: views[index].name)
        }
    }

    func child(at place: Int) -> Child {
        switch member(at: place) {
        case .plain(let place): plain.child(at: place)
        case .view(let index): .directory(views[index].directory)
        }
    }

    private enum Member {
        case plain(Int)
        case view(Int)
    }

    private func member(at place: Int) -> Member {
        var before = 0
        for index in views.indices {
            let own = self.place(ofView: index)
            if own == place { return .view(index) }
            if own < place { before += 1 }
        }
        return .plain(place - before)
    }

    private func place(ofView index: Int) -> Int {
        plain.lowerBound(of: Array(views[index].name.utf8)) + index
    }
}

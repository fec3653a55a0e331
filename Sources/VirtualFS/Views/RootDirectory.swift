import Support
import Synchronization

/// The root of a volume: the root of the plain tree, with the views among its children.
final class RootDirectory: Directory {
    private let plain: any Directory
    /// In the order of their names.
    private let views: [ShownView]
    /// The places of the views among the children, which are known when the plain tree's root has been listed.
    private let places = AtomicLazyReference<Places>()

    /// A view: its name in the root, and its directory.
    typealias ShownView = (name: String, directory: any Directory)

    /// The root `plain` of the plain tree, with `views`.
    init(_ plain: any Directory, _ views: [ShownView]) {
        self.plain = plain
        self.views = views.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    var modified: Timestamp {
        get throws(VirtualFSError) { try plain.modified }
    }
    var isOutdated: Bool { views.contains { $0.directory.isOutdated } }
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
        if let index = views.firstIndex(where: { $0.name.utf8.elementsEqual(name) }) { return viewPlaces[index] }
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
        for (index, own) in viewPlaces.enumerated() {
            if own == place { return .view(index) }
            if own < place { before += 1 }
        }
        return .plain(place - before)
    }

    /// The place of each view.
    private var viewPlaces: [Int] {
        if let places = places.load() { return places.ofViews }
        let found = views.enumerated().map { plain.lowerBound(of: Array($1.name.utf8)) + $0 }
        return places.storeIfNil(Places(ofViews: found)).ofViews
    }

    private final class Places: Sendable {
        let ofViews: [Int]

        init(ofViews: [Int]) {
            self.ofViews = ofViews
        }
    }
}

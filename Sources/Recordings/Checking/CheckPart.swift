import Synchronization

/// A part of the recordings of a store, for checks that go through it little by little.
public struct CheckPart: Sendable {
    /// The recording that it begins behind, by its path; it begins with the first if that is nil, or is not there any more.
    let start: String?
    /// Whether no further recording is to be begun. The first of the part is in any case.
    let isOver: @Sendable () -> Bool
    /// Called with the path of a recording when it and all before it in this part are checked.
    let onChecked: @Sendable (String) -> Void

    /// The recordings behind `start`, until `isOver`.
    public init(
        after start: String?, isOver: @escaping @Sendable () -> Bool, onChecked: @escaping @Sendable (String) -> Void
    ) {
        self.start = start
        self.isOver = isOver
        self.onChecked = onChecked
    }

    /// Those of `all` that it may have. Behind the last comes the first.
    func recordings(of all: [String]) -> [String] {
        guard let start, let place = all.firstIndex(of: start), place + 1 < all.count else { return all }
        return Array(all[(place + 1)...])
    }
}

/// Says which recordings of a part are begun: the first ones, so that nothing is left out between those that are.
final class CheckLimit: Sendable {
    private let part: CheckPart
    private let begun = Mutex(0)

    init(_ part: CheckPart) {
        self.part = part
    }

    /// Whether the recording at `index` of the part is to be checked. Asked once for each, by several threads.
    func mayBegin(_ index: Int) -> Bool {
        begun.withLock { begun in
            // One that comes before another that is checked already is checked, too.
            if index < begun { return true }
            guard index == 0 || !part.isOver() else { return false }
            begun = index + 1
            return true
        }
    }
}

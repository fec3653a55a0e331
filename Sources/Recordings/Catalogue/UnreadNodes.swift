import Synchronization

/// What may be members of a group and could not be read when the group was listed: nodes, folders without a document, or the group
/// itself. It is looked at again if somebody asks for the group. Safe to use from any thread.
final class UnreadNodes: Sendable {
    /// A node that could not be read.
    struct Node: Sendable {
        /// Its path in the store.
        let path: String
        /// Whether the store had no document there: most likely, it is no node.
        let isMissing: Bool
    }

    /// How many nodes are looked at at once, so that no request waits for all nodes of a damaged group.
    private static let lookCount = 64

    private struct State {
        var delay: RetryDelay
        /// The node that is next looked at.
        var next = 0
    }

    private let nodes: [Node]
    private let state: Mutex<State>

    /// `nodes`, which are looked at again after `delay`; nil if there are none.
    init?(_ nodes: [Node], delay: RetryDelay = RetryDelay()) {
        guard !nodes.isEmpty else { return nil }
        self.nodes = nodes
        state = Mutex(State(delay: delay))
    }

    /// Whether one of them may be readable soon. A folder that has had no document for long is taken for no node.
    var mayAppear: Bool { mayAppear(after: state.withLock { $0.delay }) }

    private func mayAppear(after delay: RetryDelay) -> Bool {
        !delay.isLongest || nodes.contains { !$0.isMissing }
    }

    /// Whether one of them can be read by now, as `isReadable` says of a path. Not all are looked at each time, and none if that was
    /// done a moment ago.
    func haveAppeared(_ isReadable: (_ path: String) -> Bool) -> Bool {
        let first = state.withLock { state -> Int? in
            guard state.delay.isOver, mayAppear(after: state.delay) else { return nil }
            state.delay.extend()
            defer { state.next = (state.next + Self.lookCount) % nodes.count }
            return state.next
        }
        guard let first else { return false }
        return (0..<min(Self.lookCount, nodes.count)).contains { isReadable(nodes[(first + $0) % nodes.count].path) }
    }
}

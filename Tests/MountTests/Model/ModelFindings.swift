import Synchronization
import TestSupport

/// What threads find in a mount while its store is changed: what differs from what it is to show.
final class ModelFindings: Sendable {
    private struct State {
        var model: StoreModel
        var changes: [String] = []
        var differences: [String] = []
        /// The paths of files and folders in the mount that need not be as they were.
        var unsettled: Set<String> = []
    }

    private let shown: [String: StoreModel.Recording]
    private let state: Mutex<State>

    /// Nothing yet, in a mount of the store `shown`.
    init(shown: StoreModel) {
        self.shown = shown.files
        state = Mutex(State(model: shown))
    }

    /// The store as it is now.
    var model: StoreModel { state.withLock { $0.model } }
    /// How it was changed.
    var changes: [String] { state.withLock { $0.changes } }
    /// What differs, each in words.
    var differences: [String] { state.withLock { $0.differences } }

    /// Changes the store a few times. To be called by one thread.
    func change(seed: UInt64) throws {
        var random = RepeatableRandom(seed: seed)
        var model = model
        for _ in 0..<3 {
            let change = try model.change(&random, isMounted: true) { recording in
                let paths = shown.filter { $0.value.place == recording.place }.keys
                state.withLock { $0.unsettled.formUnion(paths + Self.folders(of: recording.group)) }
            }
            state.withLock { state in
                state.model = model
                state.changes.append("mounted: \(change)")
            }
        }
    }

    /// The folders that may have other names in them if something changes in `group`: itself, which may be new, and those that it is in.
    private static func folders(of group: String) -> [String] {
        let names = group.split(separator: "/")
        return (0...names.count).map { names.prefix($0).joined(separator: "/") }
    }

    /// Adds `difference`, found at `place`, unless the mount need not show that any more: of a recording that was changed, what can be read
    /// has the right bytes, and all else may be an error.
    func add(_ difference: ModelReader.Difference, at place: String) {
        state.withLock { state in
            let isTolerated = state.unsettled.contains(difference.path) && !difference.isOfBytes
            if !isTolerated { state.differences.append("\(place): \(difference)") }
        }
    }

    /// Adds a failure to read or change.
    func add(_ error: any Error) {
        state.withLock { $0.differences.append("\(error)") }
    }
}

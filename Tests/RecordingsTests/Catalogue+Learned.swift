@testable import Recordings

extension Catalogue {
    /// The recordings that can be served, in the catalogue's order, all of them learned.
    var recordings: [Recording] { learned.compactMap { try? $0.get() } }

    /// Why recordings cannot be served, after the nodes that cannot be read.
    var problems: [RecordingError] {
        var problems: [RecordingError] = []
        forEachMember { _, member in
            if case .problem(let problem) = member { problems.append(problem) }
        }
        return problems
            + learned.compactMap { result in
                guard case .failure(let problem) = result else { return nil }
                return problem
            }
    }

    private var learned: [Result<Recording, RecordingError>] {
        learn()
        var learned: [Result<Recording, RecordingError>] = []
        forEachMember { contents, member in
            guard case .recording(let number) = member else { return }
            learned.append(Result { () throws(RecordingError) in try contents.recording(number) })
        }
        return learned
    }
}

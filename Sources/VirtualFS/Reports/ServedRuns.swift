import Recordings

/// Pieces of a text that has a part for each recording that is served.
enum ServedRuns {
    /// How many children of a directory are in one piece.
    private static let run = 256

    /// Makers of the pieces about the recordings of `tree`: `text` writes about the served ones among the `places` of a directory with
    /// those `members`, whose path is `path`. What is not known yet is learned.
    static func makers(
        of tree: PlainTree,
        _ text: @escaping @Sendable (_ places: Range<Int>, _ members: GroupDirectory.Members, _ path: String) -> String
    ) -> [@Sendable () -> String] {
        tree.catalogue.learn()
        var makers: [@Sendable () -> String] = []
        tree.forEachDirectory { members, path in
            for start in stride(from: 0, to: members.count, by: run) {
                let places = start..<min(start + run, members.count)
                if isServed(places, of: members) {
                    makers.append { text(places, members, path) }
                } else {
                    // A recording that cannot be served now may be served when the text is read.
                    let text = text(places, members, path)
                    makers.append { text }
                }
            }
        }
        return makers
    }

    /// Whether all recordings at `places` are served.
    private static func isServed(_ places: Range<Int>, of members: GroupDirectory.Members) -> Bool {
        places.allSatisfy { place in
            members.recording(at: place).map { (try? members.contents.status(of: $0)) != nil } ?? true
        }
    }
}

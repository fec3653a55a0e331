import Recordings
import Support
import Synchronization

/// A recording in parts, none of which needs more than a plain RIFF header: for programs that know no RF64.
///
/// What the parts are is found out once for each object; there need not be one for each recording.
final class RecordingParts: Directory {
    private let contents: GroupContents
    private let number: Int
    /// Its own name, with which those of the parts begin.
    private let title: [UInt8]
    /// The name of the view.
    private let view: String
    /// The most bytes of a part.
    private let byteCount: UInt64
    private let known = AtomicLazyReference<Known>()

    private final class Known: Sendable {
        let division: PartDivision

        init(_ division: PartDivision) {
            self.division = division
        }
    }

    /// The recording `number` in `contents`, in a directory called `name` of the view `view`, in parts of at most `byteCount` bytes.
    init(of contents: GroupContents, _ number: Int, name: [UInt8], view: String, byteCount: UInt64) {
        self.contents = contents
        self.number = number
        title = name
        self.view = view
        self.byteCount = byteCount
    }

    var modified: Timestamp {
        get throws(VirtualFSError) {
            do {
                return try contents.status(of: number).modified
            } catch {
                throw error.isCancellation ? .interrupted : .notFound
            }
        }
    }

    var caching: NodeCaching { .lasting }
    var extendedAttributes: [(name: String, value: String)] { contents.extendedAttributes(of: number) }

    func prepare() throws(VirtualFSError) {
        guard known.load() == nil else { return }
        let facts = try contents.fileFacts(of: number)
        _ = known.storeIfNil(Known(PartDivision(of: facts, byteCount: byteCount)))
    }

    var count: Int { known.load()?.division.count ?? 0 }

    func name(at place: Int) -> [UInt8] {
        let digits = max(3, "\(max(count, 1) - 1)".utf8.count)
        return FileName(existing: title, ending: ".wav").bytes(suffix: "_\(place.padded(to: digits))")
    }

    func identity(at place: Int) -> NodeIdentity {
        contents.identity(of: number).inView("\(view)/\(place)")
    }

    func child(at place: Int) -> Child {
        .file(ExcerptFile(of: contents, number, samples: known.load()?.division.samples(ofPart: place)))
    }
}

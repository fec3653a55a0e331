public import Support
import Zarr

/// A change to what a store says of a recording.
public enum RecordingChange: Sendable, Equatable {
    /// Its start; nil if that is not known.
    case start(Timestamp?)
    /// Its start, which must be known, so many nanoseconds later.
    case shift(Int64)
    /// The name of its source, and so that of its file in a mount.
    case name(String)
    /// One of the user's own attributes; nil removes it.
    case attribute(String, String?)

    /// Changes the document of the recording at `path`, and returns what was changed and what was there before, in words.
    func apply(to document: inout EditedDocument, of path: String) throws(EditError) -> String {
        switch self {
        case .start(let time):
            let before = document.start
            let losesOffset = time?.offsetMinutes == nil && document.startTime?.offsetMinutes != nil
            document.setStart(time)
            let note = time != nil && losesOffset ? " (without an offset from UTC)" : ""
            return "start set to \(time?.description ?? "unknown")\(note), was \(before)"
        case .shift(let nanoseconds):
            guard let time = document.startTime else {
                throw EditError(path, "its start is not known, and cannot be shifted: start=TIME sets it")
            }
            guard let shifted = time.adding(nanoseconds: nanoseconds) else {
                throw EditError(path, "its start cannot be shifted that far")
            }
            let before = document.start
            document.setStart(shifted)
            return "start set to \(shifted.description), was \(before)"
        case .name(let name):
            let before = document.name
            document.setName(name)
            return "name set to '\(name.displayedName)', was \(before.map { "'\($0)'" } ?? "unknown")"
        case .attribute(let key, let value):
            let before = document.attributes[key]
            guard value != nil || before != nil else {
                throw EditError(path, "there is no attribute '\(key)' to remove")
            }
            document.set(key, value)
            let old = before.map { ", was \(EditedDocument.text(of: $0))" } ?? ""
            return value.map { "\(key) set to '\($0)'\(old)" } ?? "\(key) removed\(old)"
        }
    }
}

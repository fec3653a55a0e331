import Foundation
import TestSupport

/// The two processes of a mount.
struct MountProcesses {
    /// The process that mounts and unmounts.
    let monitor: pid_t
    /// Its child, which serves the mount.
    let worker: pid_t

    /// The processes of the mount of `store`; nil if there are none.
    init?(of store: String) throws {
        try self.init(matching: "^[^ ]*zarrwlr-mount \(store) ")
    }

    /// The processes whose command line matches `pattern`; nil if there are none.
    init?(matching pattern: String) throws {
        let processes = try Set(Self.processes("-f", pattern))
        for process in processes {
            guard let child = try Self.processes("-P", "\(process)").first(where: processes.contains) else { continue }
            (monitor, worker) = (process, child)
            return
        }
        return nil
    }

    private static func processes(_ arguments: String...) throws -> [pid_t] {
        try run(URL(filePath: "/usr/bin/env"), ["pgrep"] + arguments).text.split(separator: "\n").compactMap {
            pid_t($0)
        }
    }

    /// Whether `process` ends within half a minute.
    static func hasEnded(_ process: pid_t) -> Bool {
        eventually {
            let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            return state?.contains(") Z ") ?? true
        }
    }
}

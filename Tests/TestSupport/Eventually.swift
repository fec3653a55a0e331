import Foundation

/// Waits until `condition` holds, for half a minute at most, and returns whether it did: for what another thread or process does in
/// its own time.
public func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<3_000 {
        if try condition() { return true }
        usleep(10_000)
    }
    return try condition()
}

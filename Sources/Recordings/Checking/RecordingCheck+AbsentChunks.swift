import Zarr

extension RecordingCheck {
    /// Adds how many chunks of `array` the store does not have. It is one whose absent chunks are the fill value; `prefix` names it.
    mutating func countAbsentChunks(of array: ZarrArray, as prefix: String = "") {
        do throws(ZarrError) {
            let (all, absent) = try array.countChunks()
            guard absent > 0 else { return }
            let problem = "\(prefix)\(absent) of its \(all) chunks are not in the store, and read as the fill value"
            var finding = finding(.note, problem)
            finding.absentChunkCount = absent
            add(finding)
        } catch {
            add("\(prefix)its absent chunks cannot be counted", error)
        }
    }
}

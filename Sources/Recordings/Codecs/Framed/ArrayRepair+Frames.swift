import Zarr

extension ArrayRepair {
    /// Rows that are written at once.
    private static let batchRowCount = 8192

    /// The index called `name` with a row for each frame of `table`.
    init(_ name: String, frames table: FrameTable) {
        self.init(name, of: FrameIndexRow.self) { writer in
            for start in stride(from: 0, to: table.count, by: Self.batchRowCount) {
                let batch = start..<min(start + Self.batchRowCount, table.count)
                try writer.append(rows: batch.compactMap { table[$0].map { FrameIndexRow($0) } })
            }
            return ["total_frames": .integer(Int64(table.count))]
        }
    }
}

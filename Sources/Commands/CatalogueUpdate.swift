import Recordings
import Support
import Zarr

/// Has the catalogue that a store keeps of itself follow what a command has changed.
enum CatalogueUpdate {
    /// So many recordings that a mount takes a while to find out what each is.
    private static let manyRecordings = 1000

    /// Adds a part to the catalogue of `store`. The recordings at `changed` are new or others now, and those at `gone` are no more. Those at
    /// `kept`, which the command has found there, are added if it lacks them. Those of `imported` are new, and as the command has read them back;
    /// the catalogue had the parts of `before` when it began.
    ///
    /// A store on this machine that keeps no catalogue gets one only by a change of `manyRecordings` or more. If it cannot be done, `streams`
    /// have a line, from the command `name`: the recordings are there all the same, and are found without it.
    static func record(
        changed: [String] = [], imported: [RecordingFacts] = [], since before: StoredCatalogueEditor.Parts? = nil,
        kept: [String] = [], gone: [String] = [], in store: any WritableStore, _ streams: CommandStreams,
        as name: String
    ) {
        guard !changed.isEmpty || !imported.isEmpty || !kept.isEmpty || !gone.isEmpty else { return }
        do throws(ZarrError) {
            if store.requestsAtOnce == nil, changed.count + imported.count < manyRecordings {
                guard try StoredCatalogueEditor.exists(in: store) else { return }
            }
            try StoredCatalogueEditor(store).add(
                changed: changed, imported: imported, since: before, kept: kept, gone: gone)
        } catch {
            streams.errors(
                "zarrwlr \(name): warning: \("\(error)".escapingControlCharacters); zarrwlr catalogue makes it anew\n")
        }
    }
}

import Support

/// A part of a recording as a row of a table names it.
struct Annotation: Sendable {
    /// Where the part lies.
    enum Place: Sendable {
        /// From one time in a file up to another.
        case inFile(SamplePosition, SamplePosition)
        /// From a point in time on, for so many nanoseconds.
        case atTime(Timestamp, nanoseconds: Int64)
    }

    /// The line of the table that it begins on, from 1 on.
    let line: Int
    var place: Place
    /// The file that it is about, if the table says so.
    var source: SourceReference?
    /// The file that it ends in, if the table says so.
    var endSource: SourceReference?
    /// Where the file begins in the sequence of files that the program shows as one. A part that runs past the file's end goes on in
    /// the next. Nil if files stand alone.
    var fileStart: SamplePosition?
    /// Whether `place` may count from the first of several files, rather than from its own: the table does not say.
    var mayCountFromFirstFile = false
    /// The table's fields: their titles and this row's values, in the table's order.
    var fields: [(title: String, value: String)] = []
}

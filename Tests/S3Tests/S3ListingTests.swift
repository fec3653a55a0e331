import Testing

@testable import S3

/// What services answer to ListObjectsV2.
struct S3ListingTests {
    private func listing(_ content: String, root: String = "ListBucketResult") -> S3Listing? {
        S3Listing(
            Array("<?xml version=\"1.0\"?><\(root) xmlns=\"http://s3.amazonaws.com/doc/\">\(content)</\(root)>".utf8))
    }

    @Test func `a page has its objects, its prefixes and where the next one begins`() throws {
        let page = try #require(
            listing(
                """
                <Name>birds</Name><Prefix>a/</Prefix><KeyCount>3</KeyCount><IsTruncated>true</IsTruncated>
                <Contents><Key>a/x &amp; y &#233;&lt;</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>
                <ETag>&quot;0cc1&quot;</ETag><Size>18446744073709551615</Size><Owner><ID>1</ID></Owner></Contents>
                <Contents><Key>a/z</Key><Size>0</Size></Contents>
                <CommonPrefixes><Prefix>a/b/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>a/c/</Prefix></CommonPrefixes>
                <NextContinuationToken>1/==</NextContinuationToken>
                """))
        #expect(page.objects.map(\.key) == ["a/x & y é<", "a/z"])
        #expect(page.objects.map(\.byteCount) == [.max, 0])
        #expect(page.objects[0].entityTag == "\"0cc1\"")
        #expect(page.objects[0].modified == "2026-01-02T03:04:05.000Z")
        #expect(page.objects[1].entityTag.isEmpty)
        #expect(page.prefixes == ["a/b/", "a/c/"])
        #expect(page.continuation == "1/==")
    }

    @Test func `names are decoded if the page says that they are encoded, wherever it says so`() throws {
        let names = """
            <IsTruncated>true</IsTruncated><NextContinuationToken>1%2B+2</NextContinuationToken>
            <Contents><Key>a/%01+%2B%EF%BF%BE%25</Key><ETag>a%41</ETag></Contents>
            <CommonPrefixes><Prefix>a/b+%C3%A9/</Prefix></CommonPrefixes>
            """
        let type = "<EncodingType>url</EncodingType>"
        for content in [type + names, names + type] {
            let page = try #require(listing(content))
            #expect(page.objects.map(\.key) == ["a/\u{1} +\u{FFFE}%"])
            #expect(page.prefixes == ["a/b é/"])
            #expect(page.objects[0].entityTag == "a%41" && page.continuation == "1%2B+2")
        }
        for content in [names, names + "<EncodingType/>", names + "<EncodingType>other</EncodingType>"] {
            let page = try #require(listing(content))
            #expect(page.objects.map(\.key) == ["a/%01+%2B%EF%BF%BE%25"])
            #expect(page.prefixes == ["a/b+%C3%A9/"])
        }
    }

    @Test func `a last page has no continuation, whatever else it says`() {
        #expect(
            listing("<IsTruncated>false</IsTruncated><NextContinuationToken>1</NextContinuationToken>")?.continuation
                == nil)
        #expect(listing("") == listing("<IsTruncated>false</IsTruncated>"))
    }

    @Test(arguments: [
        "", "<ListBucketResult>", "no XML", "<a></b>", "<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult>&b",
    ])
    func `what is no list is none`(text: String) {
        #expect(S3Listing(Array(text.utf8)) == nil)
    }

    @Test func `another document than a list is none`() {
        #expect(listing("<Code>AccessDenied</Code>", root: "Error") == nil)
    }

    @Test func `a page that is nested or long beyond measure, or defines entities, is none`() {
        let deep = String(repeating: "<a>", count: 100_000) + String(repeating: "</a>", count: 100_000)
        let long = "<Contents><Key>\(String(repeating: "k", count: 100_000))</Key></Contents>"
        let page = "<ListBucketResult>\(deep)</ListBucketResult>"
        #expect(S3Listing(Array(page.utf8)) == nil)
        #expect(S3Listing(Array("<ListBucketResult>\(long)</ListBucketResult>".utf8)) == nil)
        #expect(S3Listing(Array("<!DOCTYPE a SYSTEM \"x\"><ListBucketResult></ListBucketResult>".utf8)) == nil)
        #expect(S3Listing(Array("<ListBucketResult></ListBucketResult>".utf8)) != nil)
    }

    @Test func `entities that name each other do not take up memory without bound`() {
        var text = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY e0 \"eeeeeeeeee\">"
        for level in 1..<12 {
            text += "<!ENTITY e\(level) \"" + String(repeating: "&e\(level - 1);", count: 10) + "\">"
        }
        text += "]><ListBucketResult><Contents><Key>&e11;</Key></Contents></ListBucketResult>"
        #expect(S3Listing(Array(text.utf8)) == nil)
    }
}

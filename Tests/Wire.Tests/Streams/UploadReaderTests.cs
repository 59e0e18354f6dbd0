using Federated.V1;
using Federated.Wire.Streams;
using Google.Protobuf;
using static Federated.Wire.Tests.Streams.UploadScript;

namespace Federated.Wire.Tests.Streams;

public sealed class UploadReaderTests
{
    private static readonly UploadLimits Limits = new(1 << 20);

    [Fact]
    public async Task A_whole_update_arrives_though_parts_split_values()
    {
        var destination = new float[5];

        var (header, refusal) = await ReadAsync(Whole(Header()), destination);

        Assert.Null(refusal);
        Assert.Equal("c1", header!.Id.Client);
        Assert.Equal(Values, destination[..3]);
        Assert.Equal([0f, 0f], destination[3..]);
    }

    public static TheoryData<string, Refusal> BrokenStreams => new()
    {
        { "nothing", Refusal.Malformed },
        { "no header", Refusal.Malformed },
        { "header twice", Refusal.Malformed },
        { "header unset", Refusal.Malformed },
        { "empty part", Refusal.Malformed },
        { "oneof unset", Refusal.Malformed },
        { "no trailer", Refusal.Malformed },
        { "trailer twice", Refusal.Malformed },
        { "payload after trailer", Refusal.Malformed },
        { "payload short by a byte", Refusal.WrongLength },
        { "payload missing", Refusal.WrongLength },
        { "payload longer by a byte", Refusal.WrongLength },
        { "payload changed", Refusal.BadChecksum },
        { "payload swapped", Refusal.BadChecksum },
        { "checksum changed", Refusal.BadChecksum },
    };

    [Theory]
    [MemberData(nameof(BrokenStreams))]
    public async Task A_broken_stream_is_refused_with_its_reason(string fault, Refusal expected)
    {
        var parts = Whole(Header());
        switch (fault)
        {
            case "nothing": parts.Clear(); break;
            case "no header": parts.RemoveAt(0); break;
            case "header twice": parts.Insert(1, Part(Header())); break;
            case "header unset": parts[0] = new UploadPart(); break;
            case "empty part": parts.Insert(2, Part([])); break;
            case "oneof unset": parts.Insert(2, new UploadPart()); break;
            case "no trailer": parts.RemoveAt(4); break;
            case "trailer twice": parts.Add(parts[4]); break;
            case "payload after trailer": parts.Add(parts[1]); break;
            case "payload short by a byte": parts.RemoveAt(3); break;
            case "payload missing": parts.RemoveRange(1, 3); break;
            case "payload longer by a byte": parts.Insert(3, Part([0])); break;
            case "payload changed": parts[1] = Part([0, 0, 129, 63, 0]); break;
            case "payload swapped": (parts[1], parts[2]) = (parts[2], parts[1]); break;
            case "checksum changed": parts[4].Trailer.Xxh3 ^= 1; break;
        }

        var (_, refusal) = await ReadAsync(parts, new float[3]);

        Assert.NotNull(refusal);
        Assert.Equal(expected, refusal.Reason);
        Assert.EndsWith(".", refusal.Detail, StringComparison.Ordinal);
    }

    public static TheoryData<string, Refusal> BrokenHeaders => new()
    {
        { "id", Refusal.Malformed },
        { "encoding", Refusal.Malformed },
        { "evaluate", Refusal.Malformed },
        { "initialised", Refusal.Malformed },
        { "schema", Refusal.WrongSchema },
        { "count below", Refusal.WrongLength },
        { "count zero", Refusal.WrongLength },
        { "count huge", Refusal.WrongLength },
        { "count wraps", Refusal.WrongLength },
        { "payload bytes", Refusal.WrongLength },
        { "too large", Refusal.TooLarge },
        { "no examples", Refusal.NoExamples },
        { "examples absurd", Refusal.Malformed },
        { "weight nan", Refusal.OutOfRange },
        { "weight negative", Refusal.OutOfRange },
        { "weight tiny", Refusal.OutOfRange },
        { "weight huge", Refusal.OutOfRange },
        { "ticket endless", Refusal.Malformed },
        { "seconds nan", Refusal.Malformed },
        { "seconds negative", Refusal.Malformed },
        { "metrics nan", Refusal.NotFinite },
        { "metrics infinite", Refusal.NotFinite },
        { "metrics of nothing", Refusal.NoExamples },
        { "metrics huge", Refusal.OutOfRange },
        { "metrics too right", Refusal.Malformed },
        { "validation nan", Refusal.NotFinite },
        { "personal too right", Refusal.Malformed },
    };

    [Theory]
    [MemberData(nameof(BrokenHeaders))]
    public async Task A_broken_header_is_refused_before_any_payload_is_read(string fault, Refusal expected)
    {
        var header = Header();
        switch (fault)
        {
            case "id": header.Id = null; break;
            case "encoding": header.Encoding = "f16"; break;
            case "evaluate": header.Id.Kind = TaskKind.Evaluate; break;
            case "initialised": header.Initialised = new Initialised(); break;
            case "schema": header.SchemaHash = new string('0', 64); break;
            case "count below": (header.Count, header.PayloadBytes) = (2, 8); break;
            case "count zero": (header.Count, header.PayloadBytes) = (0, 0); break;
            case "count huge": header.Count = 1UL << 40; break;
            case "count wraps": (header.Count, header.PayloadBytes) = ((1UL << 62) + 3, 12); break;
            case "payload bytes": header.PayloadBytes = 13; break;
            case "too large": (header.Count, header.PayloadBytes) = (1 << 20, 4 << 20); break;
            case "no examples": header.Examples = 0; break;
            case "examples absurd": header.Examples = ulong.MaxValue; break;
            case "weight nan": header.Weight = double.NaN; break;
            case "weight negative": header.Weight = -1; break;
            case "weight tiny": header.Weight = 1e-9; break;
            case "weight huge": header.Weight = 1L << 42; break;
            case "ticket endless": header.Ticket = ByteString.CopyFrom(new byte[17]); break;
            case "seconds nan": header.ComputeSeconds = double.NaN; break;
            case "seconds negative": header.ComputeSeconds = -1; break;
            case "metrics nan": header.Training.LossSum = double.NaN; break;
            case "metrics infinite": header.Training.LossSum = double.NegativeInfinity; break;
            case "metrics of nothing": header.Training = new(); break;
            case "metrics huge": header.Training.LossSum = 1e300; break;
            case "metrics too right": header.Training.Correct = 9; break;
            case "personal too right": header.Personal = new Metrics { Examples = 1, Correct = 2 }; break;
            case "validation nan": header.Validation = new Metrics { Examples = 1, LossSum = double.NaN }; break;
        }
        var stream = new PartsReader<UploadPart>(Whole(header));
        var reader = new UploadReader(stream, Limits);

        var (read, refusal) = await reader.ReadHeaderAsync(CancellationToken.None);
        refusal ??= await reader.ReadUpdateAsync(read!, Schema, new float[3], CancellationToken.None);

        Assert.NotNull(refusal);
        Assert.Equal(expected, refusal.Reason);
        Assert.Equal(1, stream.Taken);
    }

    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(float.PositiveInfinity, 1)]
    [InlineData(float.NegativeInfinity, 2)]
    public async Task A_value_that_is_not_finite_is_refused(float bad, int at)
    {
        var values = (float[])Values.Clone();
        values[at] = bad;
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray();

        var (_, refusal) = await ReadAsync([Part(Header()), Part(bytes.AsSpan(0, 7)), Part(bytes.AsSpan(7)), Trailer(bytes)], new float[3]);

        Assert.Equal(Refusal.NotFinite, refusal?.Reason);
    }

    [Fact]
    public async Task A_part_above_the_limit_is_refused_and_one_at_the_limit_is_not()
    {
        var small = Limits with { MaxPartBytes = 6 };
        var reader = new UploadReader(new PartsReader<UploadPart>(Whole(Header())), small);
        var (header, _) = await reader.ReadHeaderAsync(CancellationToken.None);
        Assert.Null(await reader.ReadUpdateAsync(header!, Schema, new float[3], CancellationToken.None));

        reader = new UploadReader(new PartsReader<UploadPart>(Whole(Header())), small with { MaxPartBytes = 5 });
        (header, _) = await reader.ReadHeaderAsync(CancellationToken.None);
        var refusal = await reader.ReadUpdateAsync(header!, Schema, new float[3], CancellationToken.None);
        Assert.Equal(Refusal.TooLarge, refusal?.Reason);
    }

    [Fact]
    public async Task Initial_parameters_arrive_with_their_schema()
    {
        var reader = new UploadReader(new PartsReader<UploadPart>(Whole(InitialHeader())), Limits);
        var (header, _) = await reader.ReadHeaderAsync(CancellationToken.None);

        var (parameters, refusal) = await reader.ReadInitialAsync(header!, CancellationToken.None);

        Assert.Null(refusal);
        Assert.Equal(Schema, parameters!.Schema);
        Assert.Equal(Values, parameters.Values.ToArray());
        Assert.Equal(12, reader.PayloadBytes);
    }

    public static TheoryData<string, Refusal> BrokenInitials => new()
    {
        { "nothing described", Refusal.Malformed },
        { "no tensors", Refusal.Malformed },
        { "hash of another schema", Refusal.WrongSchema },
        { "more values than the schema", Refusal.WrongLength },
        { "a size of zero", Refusal.Malformed },
        { "sizes that wrap", Refusal.Malformed },
        { "a name twice", Refusal.Malformed },
        { "a client twice", Refusal.Malformed },
        { "a client without name", Refusal.Malformed },
        { "absurd examples", Refusal.Malformed },
        { "a client with data and without", Refusal.Malformed },
        { "a long reason", Refusal.Malformed },
        { "too many without data", Refusal.Malformed },
        { "belongs to a client", Refusal.Malformed },
    };

    [Theory]
    [MemberData(nameof(BrokenInitials))]
    public async Task A_broken_description_of_the_model_is_refused(string fault, Refusal expected)
    {
        var header = InitialHeader();
        var initialised = header.Initialised;
        switch (fault)
        {
            case "nothing described": header.Initialised = null; break;
            case "no tensors": initialised.Schema.Clear(); break;
            case "hash of another schema": header.SchemaHash = "x"; break;
            case "more values than the schema": (header.Count, header.PayloadBytes) = (4, 16); break;
            case "a size of zero": initialised.Schema[0].Shape[0] = 0; break;
            case "sizes that wrap": initialised.Schema[0].Shape.Add([uint.MaxValue, uint.MaxValue]); break;
            case "a name twice": initialised.Schema[1].Name = "w"; break;
            case "a client twice": initialised.Clients.Add(initialised.Clients[0].Clone()); break;
            case "a client without name": initialised.Clients[0].Id = ""; break;
            case "absurd examples": initialised.Clients[0].Examples = ulong.MaxValue; break;
            case "a client with data and without": initialised.Unusable.Add(new UnusableClient { Id = "c1", Reason = "Cut off." }); break;
            case "a long reason": initialised.Unusable.Add(new UnusableClient { Id = "c2", Reason = new string('x', 2001) }); break;
            case "too many without data": initialised.Unusable.Add(Enumerable.Range(0, 1001).Select(number => new UnusableClient { Id = $"u{number}" })); break;
            case "belongs to a client": header.Id.Client = "c1"; break;
        }
        var reader = new UploadReader(new PartsReader<UploadPart>(Whole(header)), Limits);

        var (read, refusal) = await reader.ReadHeaderAsync(CancellationToken.None);
        if (read is not null) (_, refusal) = await reader.ReadInitialAsync(read, CancellationToken.None);

        Assert.NotNull(refusal);
        Assert.Equal(expected, refusal.Reason);
    }

    [Fact]
    public async Task Declaring_much_and_sending_little_allocates_little()
    {
        var header = InitialHeader();
        header.Initialised.Schema.Clear();
        header.Initialised.Schema.Add(new Tensor { Name = "w", Shape = { 100_000_000 }, Trainable = true });
        header.SchemaHash = new Core.Parameters.ParameterSchema([new("w", [100_000_000])]).Hash;
        (header.Count, header.PayloadBytes) = (100_000_000, 400_000_000);
        var reader = new UploadReader(new PartsReader<UploadPart>([Part(header), Part(new byte[64]), Trailer(new byte[64])]), new UploadLimits(1L << 30));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var (read, _) = await reader.ReadHeaderAsync(CancellationToken.None);
        var (_, refusal) = await reader.ReadInitialAsync(read!, CancellationToken.None);

        Assert.Equal(Refusal.WrongLength, refusal?.Reason);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task Cancellation_ends_the_reading() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new UploadReader(new PartsReader<UploadPart>([]), Limits).ReadHeaderAsync(new CancellationToken(true)));

    private static async Task<(UploadHeader? Header, UploadRefusal? Refusal)> ReadAsync(List<UploadPart> parts, float[] destination)
    {
        var reader = new UploadReader(new PartsReader<UploadPart>(parts), Limits);
        var (header, refusal) = await reader.ReadHeaderAsync(CancellationToken.None);
        return header is null ? (null, refusal) : (header, await reader.ReadUpdateAsync(header, Schema, destination, CancellationToken.None));
    }
}

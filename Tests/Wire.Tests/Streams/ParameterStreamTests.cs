using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;
using Google.Protobuf;

namespace Federated.Wire.Tests.Streams;

public sealed class ParameterStreamTests
{
    private static readonly ParameterVector Model = new(new([new("w", [100, 401]), new("b", [7], Trainable: false)]), [.. Enumerable.Range(0, 40_107).Select(i => i * 0.5f)]);
    private static readonly ParametersRef Expected = new() { Sha256 = Model.Hash, SchemaHash = Model.Schema.Hash, Count = 40_107 };

    [Fact]
    public async Task A_download_arrives_in_parts_of_64_kib()
    {
        var writer = new PartsWriter<DownloadPart>();

        var bytes = await ParameterSender.SendAsync(writer, Model, CancellationToken.None);
        var received = await ReceiveAsync(writer.Parts);

        Assert.True(received.Ok, received.Error);
        Assert.Equal(Model.Hash, received.Value.Hash);
        Assert.Equal(160_428, bytes);
        Assert.Equal([65_536, 65_536, 29_356], writer.Parts.Skip(1).Select(part => part.Values.Length));
    }

    public static TheoryData<string> Faults =>
    [
        "nothing", "no header", "header twice", "count", "schema", "part missing", "byte missing", "byte too many", "part unset", "part empty", "part above 1 MiB", "value changed", "nan",
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_broken_download_is_told_so(string fault)
    {
        var parts = await SentAsync();
        var last = parts[^1].Values.ToByteArray();
        switch (fault)
        {
            case "nothing": parts.Clear(); break;
            case "no header": parts.RemoveAt(0); break;
            case "header twice": parts.Insert(1, parts[0]); break;
            case "count": parts[0].Header.Count = 1UL << 60; break;
            case "schema": parts[0].Header.SchemaHash = "x"; break;
            case "part missing": parts.RemoveAt(2); break;
            case "byte missing": parts[^1].Values = ByteString.CopyFrom(last[..^1]); break;
            case "byte too many": parts[^1].Values = ByteString.CopyFrom([.. last, 0]); break;
            case "part unset": parts.Insert(2, new DownloadPart()); break;
            case "part empty": parts.Insert(2, new DownloadPart { Values = ByteString.Empty }); break;
            case "part above 1 MiB": parts.Insert(1, new DownloadPart { Values = ByteString.CopyFrom(new byte[(1 << 20) + 1]) }); break;
            case "value changed": last[0] ^= 1; parts[^1].Values = ByteString.CopyFrom(last); break;
            case "nan": last[^1] = last[^2] = 255; parts[^1].Values = ByteString.CopyFrom(last); break;
        }

        var received = await ReceiveAsync(parts);

        Assert.False(received.Ok);
        Assert.EndsWith(".", received.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_of_another_model_than_the_workers_are_not_even_read()
    {
        var stream = new PartsReader<DownloadPart>(await SentAsync());
        var other = new ParameterSchema([new("w", [1_000_000])]);

        var received = await ParameterReceiver.ReceiveAsync(stream, Expected, other, CancellationToken.None);

        Assert.False(received.Ok);
        Assert.Equal(0, stream.Taken);
    }

    [Fact]
    public async Task A_model_arrives_with_its_schema_and_round()
    {
        var writer = new PartsWriter<ModelPart>();
        await ParameterSender.SendModelAsync(writer, 12, Model, CancellationToken.None);

        var received = await ParameterReceiver.ReceiveModelAsync(new PartsReader<ModelPart>(writer.Parts), 1 << 20, CancellationToken.None);

        Assert.True(received.Ok, received.Error);
        Assert.Equal((12, Model.Hash, Model.Schema), (received.Value.Round, received.Value.Parameters.Hash, received.Value.Parameters.Schema));
    }

    [Theory]
    [InlineData("cap")]
    [InlineData("hash")]
    [InlineData("schema")]
    [InlineData("round")]
    [InlineData("end")]
    [InlineData("header")]
    public async Task A_broken_model_is_told_so(string fault)
    {
        var writer = new PartsWriter<ModelPart>();
        await ParameterSender.SendModelAsync(writer, 12, Model, CancellationToken.None);
        var parts = writer.Parts;
        switch (fault)
        {
            case "hash": parts[0].Header.Sha256 = new string('0', 64); break;
            case "schema": parts[0].Header.Schema[0].Shape[0] = 101; break;
            case "round": parts[0].Header.Round = uint.MaxValue; break;
            case "end": parts.RemoveAt(parts.Count - 1); break;
            case "header": parts.RemoveAt(0); break;
        }

        var received = await ParameterReceiver.ReceiveModelAsync(new PartsReader<ModelPart>(parts), fault == "cap" ? 160_427 : 1 << 20, CancellationToken.None);

        Assert.False(received.Ok);
        Assert.EndsWith(".", received.Error, StringComparison.Ordinal);
    }

    private static async Task<List<DownloadPart>> SentAsync()
    {
        var writer = new PartsWriter<DownloadPart>();
        await ParameterSender.SendAsync(writer, Model, CancellationToken.None);
        return writer.Parts;
    }

    private static Task<Received<ParameterVector>> ReceiveAsync(IEnumerable<DownloadPart> parts) =>
        ParameterReceiver.ReceiveAsync(new PartsReader<DownloadPart>(parts), Expected, Model.Schema, CancellationToken.None);
}

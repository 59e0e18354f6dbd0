using System.IO.Hashing;
using Federated.Coordinator.Actors;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Grpc;

/// <summary>Masked uploads on a real server: six values of 19 bits are 15 bytes, and two scalars 16.</summary>
public sealed class MaskedUploadTests
{
    private static readonly MaskedLayout Layout = new(6, 19, 2);
    private static readonly byte[] Packed = [.. Enumerable.Range(1, 31).Select(i => (byte)(i * 7))];

    private static object? Accept(object message) => message switch
    {
        BeginUpload => new UploadPermit(Uploads.Schema) { Masked = Layout },
        OfferMasked offer => Released(offer),
        _ => null,
    };

    private static Verdict Released(OfferMasked offer)
    {
        offer.Release();
        return new();
    }

    [Fact]
    public async Task A_masked_update_reaches_the_round_byte_by_byte_and_its_slot_is_free_again()
    {
        byte[]? seen = null;
        await using var server = await GrpcServer.StartAsync(message =>
        {
            if (message is OfferMasked offer) seen = offer.Packed.ToArray();
            return Accept(message);
        });
        Assert.Equal(Refusal.Unspecified, (await Uploads.SendAsync(server.Transfer, Whole(Header(), Packed))).Refused);
        Assert.Equal(Packed, seen);
        Assert.Equal(new BytesMoved("run-1", Down: 0, Up: 31), await server.ToldAsync<BytesMoved>());
        Assert.Equal(2, server.Slots.Free);
    }

    public static TheoryData<string, Refusal> Leaks => new()
    {
        { "examples", Refusal.Malformed },
        { "weight", Refusal.Malformed },
        { "seconds", Refusal.Malformed },
        { "training", Refusal.Malformed },
        { "validation", Refusal.Malformed },
        { "personal", Refusal.Malformed },
        { "initialised", Refusal.Malformed },
        { "count", Refusal.WrongLength },
        { "empty", Refusal.WrongLength },
        { "encoding", Refusal.Malformed },
    };

    [Theory]
    [MemberData(nameof(Leaks))]
    public async Task A_header_that_says_something_of_the_client_or_cannot_be_is_refused_before_the_round_is_asked(string what, Refusal refused)
    {
        await using var server = await GrpcServer.StartAsync(Accept);
        var header = Header();
        switch (what)
        {
            case "examples": header.Examples = 1; break;
            case "weight": header.Weight = 1; break;
            case "seconds": header.ComputeSeconds = 0.5; break;
            case "training": header.Training = new() { Examples = 1 }; break;
            case "validation": header.Validation = new(); break;
            case "personal": header.Personal = new(); break;
            case "initialised": header.Initialised = new(); break;
            case "count": header.Count = 0; break;
            case "empty": header.PayloadBytes = 0; break;
            default: header.Encoding = "maskd"; break;
        }
        Assert.Equal(refused, (await Uploads.SendAsync(server.Transfer, Whole(header, Packed))).Refused);
        Assert.Empty(server.ToldSoFar());
    }

    public static TheoryData<string, Refusal> Unfit => new()
    {
        { "other length", Refusal.WrongLength },
        { "other count", Refusal.WrongLength },
        { "other schema", Refusal.WrongSchema },
        { "plain", Refusal.Malformed },
        { "more", Refusal.WrongLength },
        { "less", Refusal.WrongLength },
        { "damaged", Refusal.BadChecksum },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public async Task What_does_not_fit_the_round_is_refused_and_its_client_has_failed(string what, Refusal refused)
    {
        await using var server = await GrpcServer.StartAsync(Accept);
        var (header, payload, damaged) = (Header(), Packed, Packed);
        switch (what)
        {
            case "other length": header.PayloadBytes = 30; break;
            case "other count": header.Count = 7; break;
            case "other schema": header.SchemaHash = new string('0', 64); break;
            case "plain": header = Uploads.Header(); break;
            case "more": payload = [.. Packed, 1]; break;
            case "less": payload = Packed[..30]; break;
            default: damaged = [.. Packed[..30], 0]; break;
        }
        Assert.Equal(refused, (await Uploads.SendAsync(server.Transfer, Whole(header, payload, what == "damaged" ? damaged : payload))).Refused);
        Assert.Equal(refused, (await server.ToldAsync<UploadRejected>()).Reason);
        Assert.Equal(2, server.Slots.Free);
        Assert.DoesNotContain(server.ToldSoFar(), message => message is OfferMasked);
    }

    [Fact]
    public async Task A_round_of_plain_updates_takes_no_masked_one()
    {
        await using var server = await GrpcServer.StartAsync(message => message is BeginUpload ? new UploadPermit(Uploads.Schema) : null);
        Assert.Equal(Refusal.Malformed, (await Uploads.SendAsync(server.Transfer, Whole(Header(), Packed))).Refused);
    }

    private static UploadHeader Header() => new() { Id = Uploads.Train(), SchemaHash = Uploads.Schema.Hash, Encoding = "masked", Count = 6, PayloadBytes = 31 };

    private static IEnumerable<UploadPart> Whole(UploadHeader header, byte[] payload, byte[]? hashed = null) =>
    [
        new() { Header = header },
        new() { Payload = ByteString.CopyFrom(payload.AsSpan(0, 10)) },
        new() { Payload = ByteString.CopyFrom(payload.AsSpan(10)) },
        new() { Trailer = new() { Xxh3 = XxHash3.HashToUInt64(hashed ?? payload) } },
    ];
}

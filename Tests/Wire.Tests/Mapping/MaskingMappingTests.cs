using System.Collections.Immutable;
using Federated.Core.Privacy.SecureAggregation;
using Federated.V1;
using Federated.Wire.Mapping;
using Google.Protobuf;

namespace Federated.Wire.Tests.Mapping;

public sealed class MaskingMappingTests
{
    private static readonly ImmutableArray<byte> Key = [.. Enumerable.Range(0, 65).Select(i => (byte)i)];
    private static readonly ImmutableArray<byte> Other = [.. Enumerable.Range(100, 65).Select(i => (byte)i)];
    private static readonly ImmutableArray<byte> Signature = [.. Enumerable.Range(7, 64).Select(i => (byte)i)];
    private static readonly TaskId Id = new() { Run = "r-1", Round = 2, Attempt = 1, Client = "a", Kind = TaskKind.Train };

    [Fact]
    public void Every_message_of_a_client_reads_back_as_it_was()
    {
        var advertisement = new Advertisement("a", Key, Other, Signature);
        Assert.Null(MaskingMapping.Read(Sent(advertisement.ToProto(Id, ByteString.CopyFrom(9))).Advertisement, out var read));
        Assert.True(advertisement.Same(read!));

        var shares = new ShareAnswer("a", [new(2, 1, Bytes(96, 1)), new(2, 3, Bytes(96, 2))]);
        Assert.Null(MaskingMapping.Read(Sent(shares.ToProto()).Shares, "a", 2, out var answer));
        Assert.Equal([(2, 1, 1), (2, 3, 2)], answer!.Shares.Select(share => (share.From, share.To, (int)share.Bytes[0])));

        Assert.Null(MaskingMapping.Read(Sent(new Confirmation("a", Signature).ToProto()).Confirmation, "a", out var confirmation));
        Assert.Equal<byte>(Signature, confirmation!.Signature);

        var reveal = new UnmaskAnswer("a", [new(1, SecretKind.SelfMask, new([1, 2, 3, 4, 5])), new(4, SecretKind.MaskKey, new([(1ul << 61) - 2, 0, 0, 0, 9]))]);
        Assert.Null(MaskingMapping.Read(Sent(reveal.ToProto()).Reveal, "a", out var revealed));
        Assert.Equal(
            [(1, SecretKind.SelfMask, "1,2,3,4,5"), (4, SecretKind.MaskKey, "2305843009213693950,0,0,0,9")],
            revealed!.Shares.Select(share => (share.Of, share.Kind, string.Join(",", share.Share.Elements))));
    }

    [Fact]
    public void Every_step_reads_back_as_it_was()
    {
        var share = new ShareRequest(new(5, 2, 3), 2, [new(1, new("b", Key, Other, [])), new(5, new("c", Other, Key, Signature))]);
        Assert.Null(MaskingMapping.Read(Sent(share.ToProto()).Share, out var shareRead));
        Assert.Equal((share.Shape, 2), (shareRead!.Shape, shareRead.Index));
        Assert.Equal([(1, "b", 0), (5, "c", 64)], shareRead.Neighbours.Select(neighbour => (neighbour.Index, neighbour.Advertisement.Client, neighbour.Advertisement.Signature.Length)));
        Assert.Equal<byte>(Other, shareRead.Neighbours[1].Advertisement.SealKey);

        Assert.Null(MaskingMapping.Read(Sent(new MaskRequest([new(1, 2, Bytes(96, 3))]).ToProto()).Mask, 2, out var mask));
        Assert.Equal((1, 2, 3), (mask!.Shares[0].From, mask.Shares[0].To, (int)mask.Shares[0].Bytes[0]));

        Assert.Null(MaskingMapping.Read(Sent(new ConfirmRequest([1, 2, 9]).ToProto()).Confirm, out var confirm));
        Assert.Equal<int>([1, 2, 9], confirm!.Survivors);

        Assert.Null(MaskingMapping.Read(Sent(new UnmaskRequest([2, 3], [new("b", Signature)]).ToProto()).Unmask, out var unmask));
        Assert.Equal<int>([2, 3], unmask!.Survivors);
        Assert.Equal("b", Assert.Single(unmask.Confirmations).Client);
    }

    public static TheoryData<string, string> BadAnswers => new()
    {
        { "share short", "has one of 95 bytes with client 1, not 96" },
        { "share long", "has one of 97 bytes with client 1, not 96" },
        { "share twice", "is not in the order of the clients' indices" },
        { "share zero", "is not in the order of the clients' indices" },
        { "share far", "has an index above 100000" },
        { "confirmation", "The signature has 63 bytes, not 64" },
        { "reveal short", "The opened share of client 1 is not 40 bytes" },
        { "reveal field", "The opened share of client 1 is not 40 bytes of numbers below 2^61 - 1" },
        { "reveal order", "is not in the order of the clients' indices" },
    };

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public void An_answer_of_another_form_is_malformed_and_says_why(string what, string why)
    {
        MaskingShares Shares(params (uint Peer, int Length)[] shares) => new() { Shares = { shares.Select(share => new MaskingSealed { Peer = share.Peer, Sealed = ByteString.CopyFrom(new byte[share.Length]) }) } };
        MaskingReveal Reveal(params (uint Of, byte[] Share)[] shares) => new() { Shares = { shares.Select(share => new MaskingRevealed { Of = share.Of, Share = ByteString.CopyFrom(share.Share) }) } };
        var refusal = what switch
        {
            "share short" => MaskingMapping.Read(Shares((1, 95)), "a", 2, out _),
            "share long" => MaskingMapping.Read(Shares((1, 97)), "a", 2, out _),
            "share twice" => MaskingMapping.Read(Shares((1, 96), (1, 96)), "a", 2, out _),
            "share zero" => MaskingMapping.Read(Shares((0, 96)), "a", 2, out _),
            "share far" => MaskingMapping.Read(Shares((100_001, 96)), "a", 2, out _),
            "confirmation" => MaskingMapping.Read(new MaskingConfirmation { Signature = ByteString.CopyFrom(new byte[63]) }, "a", out _),
            "reveal short" => MaskingMapping.Read(Reveal((1, new byte[39])), "a", out _),
            "reveal field" => MaskingMapping.Read(Reveal((1, [.. Enumerable.Repeat((byte)255, 40)])), "a", out _),
            _ => MaskingMapping.Read(Reveal((3, new byte[40]), (2, new byte[40])), "a", out _),
        };
        Assert.Equal(Refusal.Malformed, refusal!.Reason);
        Assert.Contains(why, refusal.Detail, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BadSteps => new()
    {
        { "no clients", "cannot be" },
        { "degree", "cannot be" },
        { "threshold", "cannot be" },
        { "index", "cannot be" },
        { "many", "cannot be" },
        { "order", "is not in the order" },
        { "name", "The name of neighbour 1 has 0 characters" },
        { "key", "The advertisement of neighbour 1 has keys of 64 and 65 bytes" },
        { "signature", "The advertisement of neighbour 1 has a signature of 1 bytes" },
        { "mask", "has one of 1 bytes with client 1" },
        { "confirm", "is not in the order" },
        { "unmask", "is not in the order" },
        { "signed", "has a signature of 3 bytes, not 64" },
    };

    [Theory]
    [MemberData(nameof(BadSteps))]
    public void A_step_of_another_form_is_told_to_the_client(string what, string why)
    {
        var share = new ShareRequest(new(5, 2, 3), 2, [new(1, new("b", Key, Other, []))]).ToProto().Share;
        var wrong = what switch
        {
            "no clients" => Changed(sent => sent.Clients = 1),
            "degree" => Changed(sent => sent.Degree = 5),
            "threshold" => Changed(sent => sent.Threshold = 4),
            "index" => Changed(sent => sent.Index = 6),
            "many" => Changed(sent => sent.Clients = 100_001),
            "order" => Changed(sent => sent.Neighbours.Add(sent.Neighbours[0])),
            "name" => Changed(sent => sent.Neighbours[0].Client = ""),
            "key" => Changed(sent => sent.Neighbours[0].SealKey = ByteString.CopyFrom(new byte[64])),
            "signature" => Changed(sent => sent.Neighbours[0].Signature = ByteString.CopyFrom(1)),
            "mask" => MaskingMapping.Read(new MaskingMaskStep { Shares = { new MaskingSealed { Peer = 1, Sealed = ByteString.CopyFrom(1) } } }, 2, out _),
            "confirm" => MaskingMapping.Read(new MaskingConfirmStep { Survivors = { 2, 2 } }, out _),
            "unmask" => MaskingMapping.Read(new MaskingUnmaskStep { Survivors = { 0 } }, out _),
            _ => MaskingMapping.Read(new MaskingUnmaskStep { Survivors = { 1 }, Confirmations = { new MaskingSigned { Client = "b", Signature = ByteString.CopyFrom(1, 2, 3) } } }, out _),
        };
        Assert.Contains(why, wrong, StringComparison.Ordinal);

        string? Changed(Action<MaskingShareStep> change)
        {
            change(share);
            return MaskingMapping.Read(share, out _);
        }
    }

    private static ImmutableArray<byte> Bytes(int count, byte first) => [first, .. new byte[count - 1]];

    // As on a network.
    private static T Sent<T>(T message) where T : IMessage<T> => (T)message.Descriptor.Parser.ParseFrom(message.ToByteArray());
}

using System.Security.Cryptography;
using System.Text;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Cryptography;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Cryptography;

public sealed class KeyScheduleTests : IDisposable
{
    private static readonly MaskingContext Context = new("run-7", 3, 2);
    private readonly EphemeralKey _ann = EphemeralKey.Create(SystemRandom.Instance);
    private readonly EphemeralKey _bob = EphemeralKey.Create(SystemRandom.Instance);

    [Fact]
    public void Pair_key_is_hkdf_over_the_agreed_point()
    {
        // RFC 5869 written out: PRK = HMAC(salt, secret), key = HMAC(PRK, info | 1). The salt is both public keys, the info version, run, round, attempt, purpose and names.
        byte[] info = [.. Number(1), .. Text("run-7"), .. Number(3), .. Number(2), .. Text("pair mask"), .. Text("ann"), .. Text("bob")];
        byte[] salt = [.. _ann.Public, .. _bob.Public];
        var prk = HMACSHA256.HashData(salt, _ann.Agree(_bob.Public.AsSpan())!);
        Assert.Equal(HMACSHA256.HashData(prk, (byte[])[.. info, 1]), Pair(Context));
    }

    [Fact]
    public void Both_come_to_the_same_pair_key() =>
        Assert.Equal(Pair(Context), KeySchedule.PairMask(Context, _bob, "bob", _ann.Public.AsSpan(), "ann"));

    [Fact]
    public void Sender_and_receiver_come_to_the_same_seal_and_each_direction_has_its_own()
    {
        var (anns, bobs) = (KeySchedule.Seals(Context, _ann, "ann", _bob.Public.AsSpan(), "bob")!, KeySchedule.Seals(Context, _bob, "bob", _ann.Public.AsSpan(), "ann")!);
        Assert.Equal(anns.Sending, bobs.Receiving);
        Assert.Equal(bobs.Sending, anns.Receiving);
        Assert.NotEqual(anns.Sending, bobs.Sending);
    }

    [Fact]
    public void Everything_that_an_attempt_is_made_of_changes_every_key()
    {
        var seed = RandomNumberGenerator.GetBytes(32);
        MaskingContext[] contexts = [Context, Context with { Run = "run-8" }, Context with { Round = 4 }, Context with { Attempt = 3 }, Context with { Round = 2, Attempt = 3 }];
        var keys = contexts.SelectMany(context => new[]
        {
            Pair(context),
            KeySchedule.Seals(context, _ann, "ann", _bob.Public.AsSpan(), "bob")!.Sending,
            KeySchedule.SelfMask(context, seed, "ann"),
            KeySchedule.SelfMask(context, seed, "bob"),
            KeySchedule.PairMask(context, _ann, "ann", _bob.Public.AsSpan(), "cay")!,
        }).Select(Convert.ToHexString).ToArray();
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Names_that_run_into_each_other_are_told_apart() =>
        Assert.NotEqual(KeySchedule.PairMask(Context, _ann, "a", _bob.Public.AsSpan(), "bc"), KeySchedule.PairMask(Context, _ann, "ab", _bob.Public.AsSpan(), "c"));

    public void Dispose()
    {
        _ann.Dispose();
        _bob.Dispose();
    }

    private byte[] Pair(MaskingContext context) => KeySchedule.PairMask(context, _ann, "ann", _bob.Public.AsSpan(), "bob")!;

    private static byte[] Number(int number) => [(byte)number, 0, 0, 0];

    private static byte[] Text(string text) => [.. Number(text.Length), .. Encoding.UTF8.GetBytes(text)];
}

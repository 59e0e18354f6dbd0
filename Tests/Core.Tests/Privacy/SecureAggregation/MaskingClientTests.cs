using System.Collections.Immutable;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Rounds;

namespace Federated.Core.Tests.Privacy.SecureAggregation;

/// <summary>What a client does not let the coordinator, or another client, do.</summary>
public sealed class MaskingClientTests
{
    private const string Me = "client-003";
    private static readonly MaskingRules Rules = new() { Minimum = 2, Threshold = 4 };
    private static readonly MaskingRules Signed = new() { Minimum = 2, Identities = true };

    [Fact]
    public void Steps_that_are_asked_again_are_answered_the_same()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        Assert.Same(cohort[Me].Advertise(), cohort[Me].Advertise());
        var request = cohort.State.SharingFor(Me)!;
        var answer = MaskedCohort.Value(cohort[Me].Share(request));
        Assert.Same(answer, MaskedCohort.Value(cohort[Me].Share(cohort.State.SharingFor(Me)!)));
        cohort.Share();
        var shares = cohort.State.MaskingFor(Me)!;
        Assert.Null(cohort[Me].Take(shares));
        Assert.Null(cohort[Me].Take(shares));
        cohort.Mask();
        var unmask = MaskedCohort.Value(cohort[Me].Unmask(cohort.State.UnmaskingFor(Me)!));
        Assert.Same(unmask, MaskedCohort.Value(cohort[Me].Unmask(cohort.State.UnmaskingFor(Me)!)));
    }

    [Fact]
    public void Shares_of_both_kinds_are_never_given_away_for_one_client()
    {
        using var cohort = new MaskedCohort(6, Rules);
        Unmasking(cohort);
        var answer = MaskedCohort.Value(cohort[Me].Unmask(new([1, 2, 3, 4, 5], [])));
        Assert.Equal([(1, SecretKind.SelfMask), (2, SecretKind.SelfMask), (3, SecretKind.SelfMask), (4, SecretKind.SelfMask), (5, SecretKind.SelfMask), (6, SecretKind.MaskKey)], answer.Shares.Select(share => (share.Of, share.Kind)));

        // Client 1 as a drop-out this time: both of its secrets would be open, and its vector with them.
        Assert.Equal(MaskingRefusal.Contradiction, cohort[Me].Unmask(new([2, 3, 4, 5, 6], [])).Refusal);
        Assert.Same(answer, MaskedCohort.Value(cohort[Me].Unmask(new([1, 2, 3, 4, 5], []))));
    }

    [Theory]
    [InlineData(MaskingRefusal.TooFew, 1, 2, 3)]
    [InlineData(MaskingRefusal.NotIncluded, 1, 2, 4, 5)]
    [InlineData(MaskingRefusal.UnknownPeer, 1, 2, 3, 4, 7)]
    [InlineData(MaskingRefusal.UnknownPeer, 0, 1, 2, 3, 4)]
    [InlineData(MaskingRefusal.UnknownPeer, 2, 1, 3, 4, 5)]
    [InlineData(MaskingRefusal.UnknownPeer, 1, 1, 2, 3, 4)]
    [InlineData(MaskingRefusal.TooFew)]
    public void Senseless_list_of_survivors_is_refused_and_the_secrets_are_gone(MaskingRefusal expected, params int[] survivors)
    {
        using var cohort = new MaskedCohort(6, Rules);
        Unmasking(cohort);
        var refusal = cohort[Me].Unmask(new([.. survivors], [])).Refusal;
        Assert.Equal(survivors.Length == 0 ? MaskingRefusal.NotIncluded : expected, refusal);
        Assert.Equal(MaskingRefusal.Closed, cohort[Me].Unmask(new([1, 2, 3, 4, 5, 6], [])).Refusal);
    }

    [Fact]
    public void Survivors_below_the_jobs_minimum_are_refused_in_the_complete_graph()
    {
        using var cohort = new MaskedCohort(6, Rules with { Minimum = 6 });
        Unmasking(cohort);
        Assert.Equal(MaskingRefusal.TooFew, cohort[Me].Unmask(new([1, 2, 3, 4, 5], [])).Refusal);
    }

    [Fact]
    public void Client_whose_shares_were_not_given_cannot_be_a_survivor()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        cohort.Drop("client-006");
        cohort.Share();
        cohort.Mask();
        Assert.Equal(MaskingRefusal.UnknownPeer, cohort[Me].Unmask(new([1, 2, 3, 4, 5, 6], [])).Refusal);
    }

    [Fact]
    public void Nothing_is_given_away_out_of_turn()
    {
        using var cohort = new MaskedCohort(6, Rules);
        Assert.Equal(MaskingRefusal.TooEarly, cohort[Me].Take(new([]))?.Reason);
        Assert.Equal(MaskingRefusal.TooEarly, cohort[Me].Unmask(new([1, 2, 3, 4], [])).Refusal);
        cohort.Advertise();
        cohort.Share();
        Assert.Throws<InvalidOperationException>(() => cohort[Me].Mask(new int[20], new ulong[2]));
        Assert.Null(cohort[Me].Take(cohort.State.MaskingFor(Me)!));
        Assert.Equal(MaskingRefusal.TooEarly, cohort[Me].Unmask(new([1, 2, 3, 4], [])).Refusal);
        Assert.Throws<ArgumentException>(() => cohort[Me].Mask(new int[19], new ulong[2]));
        Assert.NotEmpty(cohort[Me].Mask(new int[20], new ulong[2]));
        // A second vector under the same mask would tell the difference of the two.
        Assert.Throws<InvalidOperationException>(() => cohort[Me].Mask(new int[20], new ulong[2]));
        Assert.Equal(MaskingRefusal.TooEarly, cohort[Me].Confirm(new([1, 2, 3, 4])).Refusal);   // without identities there is nothing to sign
    }

    [Fact]
    public void Second_set_of_neighbours_or_shares_is_refused()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        var request = cohort.State.SharingFor(Me)!;
        cohort.Share();
        using var other = new MaskedCohort(6, Rules);
        other.Advertise();
        Assert.Equal(MaskingRefusal.Contradiction, cohort[Me].Share(other.State.SharingFor(Me)!).Refusal);
        Assert.Equal(MaskingRefusal.Contradiction, cohort[Me].Share(request with { Index = 4 }).Refusal);
        var shares = cohort.State.MaskingFor(Me)!;
        Assert.Null(cohort[Me].Take(shares));
        Assert.Equal(MaskingRefusal.Contradiction, cohort[Me].Take(new(shares.Shares.RemoveAt(0)))?.Reason);
    }

    [Fact]
    public void Neighbours_that_do_not_fit_the_job_are_refused()
    {
        Refuses(MaskingRefusal.WrongShape, request => request with { Shape = request.Shape with { Threshold = 2 } });
        Refuses(MaskingRefusal.WrongShape, request => request with { Shape = new(6, 2, 4), Neighbours = request.Neighbours[..2] });
        Refuses(MaskingRefusal.WrongShape, request => request with { Neighbours = request.Neighbours.RemoveAt(0) });
        Refuses(MaskingRefusal.WrongShape, request => request with { Shape = new(int.MaxValue, 5, 4) });
        Refuses(MaskingRefusal.TooFew, request => request with { Shape = new(3, 2, 3), Neighbours = request.Neighbours[..2] });
        Refuses(MaskingRefusal.TooFew, request => request with { Shape = new(-1, 5, 3) });
        Refuses(MaskingRefusal.WrongPeers, request => request with { Index = 2 });
        Refuses(MaskingRefusal.WrongPeers, request => request with { Index = 0 });
        Refuses(MaskingRefusal.WrongPeers, request => request with { Neighbours = request.Neighbours.SetItem(4, request.Neighbours[4] with { Index = 7 }) });
        Refuses(MaskingRefusal.WrongPeers, request => request with { Neighbours = request.Neighbours.SetItem(1, request.Neighbours[0]) });
        Refuses(MaskingRefusal.WrongPeers, request => Rename(request, 1, Me));
        Refuses(MaskingRefusal.WrongPeers, request => Rename(request, 0, "client-009"));
    }

    [Fact]
    public void Keys_that_are_no_points_or_somebody_elses_are_refused()
    {
        Refuses(MaskingRefusal.BadKey, request => Replace(request, 0, peer => peer with { MaskKey = peer.MaskKey.SetItem(40, (byte)(peer.MaskKey[40] ^ 1)) }));
        Refuses(MaskingRefusal.BadKey, request => Replace(request, 0, peer => peer with { SealKey = [] }));
        Refuses(MaskingRefusal.BadKey, request => Replace(request, 0, peer => peer with { SealKey = peer.MaskKey }));
        Refuses(MaskingRefusal.BadKey, request => Replace(request, 0, peer => peer with { MaskKey = request.Neighbours[1].Advertisement.MaskKey }));
        // The client's own key given back to it: its mask with such a neighbour would be known to whoever asks for the share of either.
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        Assert.Equal(MaskingRefusal.BadKey, cohort[Me].Share(Replace(cohort.State.SharingFor(Me)!, 0, peer => peer with { MaskKey = cohort[Me].Advertise().MaskKey })).Refusal);
    }

    [Fact]
    public void Shares_that_do_not_open_are_refused()
    {
        TakeRefuses(MaskingRefusal.BadSeal, share => share with { Bytes = share.Bytes.SetItem(0, (byte)(share.Bytes[0] ^ 1)) });
        TakeRefuses(MaskingRefusal.BadSeal, share => share with { Bytes = share.Bytes.SetItem(95, (byte)(share.Bytes[95] ^ 1)) });
        TakeRefuses(MaskingRefusal.BadShare, share => share with { Bytes = share.Bytes[..95] });
        TakeRefuses(MaskingRefusal.UnknownPeer, share => share with { To = 4 });
        TakeRefuses(MaskingRefusal.UnknownPeer, share => share with { From = 3 });
    }

    [Fact]
    public void Shares_for_another_client_or_of_another_attempt_are_refused()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        cohort.Share();
        var (mine, theirs) = (cohort.State.MaskingFor(Me)!, cohort.State.MaskingFor("client-004")!);
        // The share of client 1 for client 4, put before client 3 as its own.
        Assert.Equal(MaskingRefusal.BadSeal, cohort[Me].Take(new(mine.Shares.SetItem(0, theirs.Shares[0] with { To = 3 })))?.Reason);

        // Same clients, same random numbers and so the same keys, another attempt: only the binding to the attempt is left to tell them apart.
        using var first = new MaskedCohort(6, Rules, context: new("run", 2, 1), random: new SeededSecureRandom(8));
        using var second = new MaskedCohort(6, Rules, context: new("run", 2, 2), random: new SeededSecureRandom(8));
        first.Advertise();
        second.Advertise();
        Assert.True(first[Me].Advertise().Same(second[Me].Advertise()));
        first.Share();
        second.Share();
        Assert.Equal(MaskingRefusal.BadSeal, second[Me].Take(first.State.MaskingFor(Me)!)?.Reason);
    }

    [Fact]
    public void Too_few_shares_are_refused()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        cohort.Share();
        Assert.Equal(MaskingRefusal.TooFew, cohort[Me].Take(new(cohort.State.MaskingFor(Me)!.Shares[..2]))?.Reason);
    }

    [Fact]
    public void Impersonation_is_refused_with_identities()
    {
        // The coordinator puts its own keys in the place of client 1's: signed by nobody, by itself, by client 2, and by client 1 for another attempt.
        using var mallory = ClientIdentity.Create();
        foreach (var sign in new Func<MaskedCohort, MaskingClient, ImmutableArray<byte>>[]
        {
            (_, _) => [],
            (_, forged) => mallory.Sign(Statements.Keys(MaskedCohort.Context, "client-001", forged.Advertise().SealKey, forged.Advertise().MaskKey)),
            (cohort, forged) => cohort.Identity("client-002").Sign(Statements.Keys(MaskedCohort.Context, "client-001", forged.Advertise().SealKey, forged.Advertise().MaskKey)),
            (cohort, forged) => cohort.Identity("client-001").Sign(Statements.Keys(MaskedCohort.Context with { Attempt = 9 }, "client-001", forged.Advertise().SealKey, forged.Advertise().MaskKey)),
        })
        {
            using var cohort = new MaskedCohort(6, Signed);
            cohort.Advertise();
            using var forged = new MaskingClient(MaskedCohort.Context, "client-001", Rules, cohort.Layout, SystemRandom.Instance);
            var request = Replace(cohort.State.SharingFor(Me)!, 0, _ => forged.Advertise() with { Signature = sign(cohort, forged) });
            Assert.Equal(MaskingRefusal.BadSignature, cohort[Me].Share(request).Refusal);
        }
    }

    [Fact]
    public void Client_of_unknown_identity_is_refused()
    {
        using var cohort = new MaskedCohort(6, Signed);
        cohort.Advertise();
        using var mallory = ClientIdentity.Create();
        var request = Replace(cohort.State.SharingFor(Me)!, 4, peer => peer with { Client = "mallory", Signature = mallory.Sign(Statements.Keys(MaskedCohort.Context, "mallory", peer.SealKey, peer.MaskKey)) });
        Assert.Equal(MaskingRefusal.UnknownIdentity, cohort[Me].Share(request).Refusal);
    }

    [Fact]
    public void Coordinator_that_tells_clients_different_lists_gets_nothing()
    {
        // n = 6, t = 5. It tells clients 1 to 3 that 6 has dropped out, and 4 and 5 that 1 has: to open both kinds of share. Nobody has 5 confirmations of its own list.
        using var cohort = new MaskedCohort(6, Signed);
        cohort.Advertise();
        cohort.Share();
        cohort.Mask();
        ImmutableArray<int> one = [1, 2, 3, 4, 5], two = [2, 3, 4, 5, 6];
        var confirmations = cohort.Names.Select((name, i) => MaskedCohort.Value(cohort[name].Confirm(new(i < 3 ? one : two)))).ToImmutableArray();

        Assert.Equal(MaskingRefusal.Contradiction, cohort["client-001"].Confirm(new(two)).Refusal);
        Assert.Equal(MaskingRefusal.Contradiction, cohort["client-001"].Unmask(new(two, confirmations)).Refusal);
        Assert.Equal(MaskingRefusal.TooFew, cohort["client-001"].Unmask(new(one, confirmations[..3])).Refusal);
        // Filling up with confirmations of the other list, with the same one again, or with one of a client that is no survivor, does not help.
        Assert.Equal(MaskingRefusal.TooFew, cohort["client-002"].Unmask(new(one, confirmations[..5])).Refusal);
        Assert.Equal(MaskingRefusal.TooFew, cohort["client-003"].Unmask(new(one, [.. confirmations[..3], confirmations[0], confirmations[1]])).Refusal);
        Assert.Equal(MaskingRefusal.TooFew, cohort["client-004"].Unmask(new(two, [.. confirmations[3..], confirmations[0]])).Refusal);
        Assert.Equal(MaskingRefusal.TooFew, cohort["client-005"].Unmask(new(two, confirmations[3..])).Refusal);
    }

    [Fact]
    public void Coordinator_that_tells_clients_different_cohorts_gets_nothing()
    {
        // Clients 1 to 5 under the same indices in both, and as number 6 another one: shares and lists of survivors would speak of one client here and of another there.
        using var cohort = new MaskedCohort(7, Signed);
        cohort.Advertise();
        ShareRequest View(int client, params int[] members) => new(new(6, 5, 5), Array.IndexOf(members, client) + 1,
            [.. members.Where(member => member != client).Select(member => new Neighbour(Array.IndexOf(members, member) + 1, cohort[cohort.Names[member - 1]].Advertise()))]);
        ShareAnswer[] answers = [.. Enumerable.Range(1, 5).Select(client => MaskedCohort.Value(cohort[cohort.Names[client - 1]].Share(client < 4 ? View(client, 1, 2, 3, 4, 5, 6) : View(client, 1, 2, 3, 4, 5, 7))))];

        Assert.Equal(MaskingRefusal.BadSeal, cohort["client-001"].Take(new([.. answers[1..].Select(answer => answer.Shares.First(share => share.To == 1))]))?.Reason);
    }

    [Fact]
    public void Confirmations_of_other_keys_of_the_same_attempt_do_not_count()
    {
        // A client that is asked for the same task again takes part in the same attempt with fresh keys, and may confirm another list with them.
        using var first = new MaskedCohort(6, Signed);
        using var second = new MaskedCohort(6, Signed, identitiesOf: first);
        foreach (var cohort in new[] { first, second })
        {
            cohort.Advertise();
            cohort.Share();
            cohort.Mask();
        }
        ImmutableArray<int> survivors = [1, 2, 3, 4, 5];
        var before = first.Names[..5].Select(name => MaskedCohort.Value(first[name].Confirm(new(survivors)))).ToImmutableArray();
        var own = MaskedCohort.Value(second["client-001"].Confirm(new(survivors)));

        Assert.Equal(MaskingRefusal.TooFew, second["client-001"].Unmask(new(survivors, before.SetItem(0, own))).Refusal);
    }

    [Fact]
    public void Confirmation_that_is_none_is_not_counted_and_ends_nothing_where_enough_others_are()
    {
        // n = 6, t = 5. The coordinator need not know the identities, and passes on what clients send.
        using var cohort = new MaskedCohort(6, Signed);
        cohort.Advertise();
        cohort.Share();
        cohort.Mask();
        ImmutableArray<int> all = [1, 2, 3, 4, 5, 6];
        var confirmations = cohort.Names.Select(name => MaskedCohort.Value(cohort[name].Confirm(new(all)))).ToImmutableArray();
        var one = confirmations.SetItem(5, confirmations[5] with { Signature = confirmations[0].Signature });
        var two = one.SetItem(4, one[4] with { Signature = [.. new byte[ClientIdentity.SignatureLength]] });

        Assert.Equal(6, MaskedCohort.Value(cohort["client-001"].Unmask(new(all, one))).Shares.Length);
        Assert.Equal(MaskingRefusal.TooFew, cohort["client-002"].Unmask(new(all, two)).Refusal);
    }

    [Fact]
    public void Shares_are_not_given_away_before_the_survivors_are_confirmed()
    {
        using var cohort = new MaskedCohort(6, Signed);
        cohort.Advertise();
        cohort.Share();
        cohort.Mask();
        Assert.Equal(MaskingRefusal.TooEarly, cohort[Me].Unmask(new([1, 2, 3, 4, 5, 6], [])).Refusal);
        Assert.Equal(MaskingRefusal.TooFew, cohort[Me].Confirm(new([1, 2, 3, 4])).Refusal);
    }

    [Fact]
    public void Disposed_client_knows_nothing_any_more()
    {
        using var cohort = new MaskedCohort(6, Rules);
        Unmasking(cohort);
        cohort[Me].Dispose();
        Assert.Equal(MaskingRefusal.Closed, cohort[Me].Unmask(cohort.State.UnmaskingFor(Me)!).Refusal);
        Assert.Equal(MaskingRefusal.Closed, cohort[Me].Take(new([]))?.Reason);
    }

    [Fact]
    public void Identities_that_are_asked_for_must_be_given() =>
        Assert.Throws<ArgumentException>(() => new MaskingClient(MaskedCohort.Context, Me, Signed, new(1, 8, 0), SystemRandom.Instance));

    private static void Refuses(MaskingRefusal expected, Func<ShareRequest, ShareRequest> change)
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        var request = cohort.State.SharingFor(Me)!;
        Assert.Equal(expected, cohort[Me].Share(change(request)).Refusal);
        Assert.Equal(MaskingRefusal.Closed, cohort[Me].Share(request).Refusal);
    }

    private static void TakeRefuses(MaskingRefusal expected, Func<SealedShare, SealedShare> change)
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        cohort.Share();
        var request = cohort.State.MaskingFor(Me)!;
        Assert.Equal(expected, cohort[Me].Take(new(request.Shares.SetItem(2, change(request.Shares[2]))))?.Reason);
        Assert.Equal(MaskingRefusal.Closed, cohort[Me].Take(request)?.Reason);
    }

    private static void Unmasking(MaskedCohort cohort)
    {
        cohort.Advertise();
        cohort.Share();
        cohort.Mask();
        Assert.Equal(MaskedPhase.Unmasking, cohort.State.Phase);
    }

    private static ShareRequest Rename(ShareRequest request, int place, string name) => Replace(request, place, peer => peer with { Client = name });

    private static ShareRequest Replace(ShareRequest request, int place, Func<Advertisement, Advertisement> change) =>
        request with { Neighbours = request.Neighbours.SetItem(place, request.Neighbours[place] with { Advertisement = change(request.Neighbours[place].Advertisement) }) };
}

using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Federated.Coordinator.Storage;
using ClusterSettings = Federated.Wire.Cluster.ClusterSettings;

namespace Federated.Coordinator.Actors;

/// <summary>Keeps the file of members up to date: Idle, or Writing, when what changes meanwhile is written next. Best effort: a write that fails is
/// told once.</summary>
internal sealed class MembersActor : ReceiveActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly MembersFile _file;
    private ImmutableDictionary<UniqueAddress, Member> _members = ImmutableDictionary<UniqueAddress, Member>.Empty;
    private ImmutableArray<string>? _written;
    private bool _hasFailed;

    public MembersActor(MembersFile file)
    {
        _file = file;
        Become(Idle);
    }

    public static Props Props(MembersFile file) => Akka.Actor.Props.Create(() => new MembersActor(file));

    protected override void PreStart() =>
        _cluster.Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private void Idle() => Receive<ClusterEvent.IMemberEvent>(seen =>
    {
        Note(seen);
        Write();
    });

    private void Writing()
    {
        Receive<ClusterEvent.IMemberEvent>(Note);
        Receive<Ended>(ended =>
        {
            if (ended.Error is { } error && !_hasFailed)
            {
                _hasFailed = true;
                _log.Warning("The addresses of the cluster's members could not be kept; started anew, this node may not find its workers: {0}",
                    error.Message);
            }
            Become(Idle);
            Write();
        });
    }

    private void Note(ClusterEvent.IMemberEvent seen) => _members = seen is ClusterEvent.MemberRemoved
        ? _members.Remove(seen.Member.UniqueAddress)
        : _members.SetItem(seen.Member.UniqueAddress, seen.Member);

    private void Write()
    {
        // A node that is not in yet, or on its way out, sees nobody; what it knew is still good.
        if (_members.GetValueOrDefault(_cluster.SelfUniqueAddress)?.Status is not (MemberStatus.Up or MemberStatus.WeaklyUp)) return;
        var addresses = Others();
        if (_written is { } written && addresses.SequenceEqual(written)) return;
        _written = addresses;
        Become(Writing);
        _file.WriteAsync(addresses).PipeTo(Self, success: () => new Ended(null), failure: error => new Ended(error));
    }

    // Coordinators first: they outlive workers, and only so many are kept.
    private ImmutableArray<string> Others() =>
    [
        .. _members.Values.Where(member => member.Status != MemberStatus.Down && member.Address != _cluster.SelfAddress)
            .OrderBy(member => member.HasRole(ClusterSettings.CoordinatorRole) ? 0 : 1)
            .ThenBy(member => member.UniqueAddress)
            .Select(member => $"{member.Address.Host}:{member.Address.Port}")
            .Take(MembersFile.Most),
    ];

    private sealed record Ended(Exception? Error);
}

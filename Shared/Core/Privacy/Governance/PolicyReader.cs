using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;

namespace Federated.Core.Privacy.Governance;

/// <summary>A policy that was read: either the checked policy or everything that is wrong with it.</summary>
/// <param name="Policy">The policy; null when there are errors.</param>
/// <param name="Errors">All errors in the order of the text, those without a line last; empty for a good policy.</param>
public sealed record PolicyResult(PolicySpec? Policy, ImmutableArray<JobError> Errors);

/// <summary>Reads policy files as <see cref="JobReader"/> reads jobs: never throws on what it reads, within the same bounds, and an unknown key is an error.</summary>
public static class PolicyReader
{
    /// <summary>Reads and checks a policy.</summary>
    /// <param name="yaml">The file's text; an empty one is a policy without restrictions.</param>
    public static PolicyResult Read(string yaml)
    {
        var errors = new JobErrors("policy");
        var root = TreeReader.Read(yaml.StartsWith('\uFEFF') ? yaml[1..] : yaml, "", errors);
        if (root is null) return new(null, errors.Ordered());
        var binder = new Binder(errors, RecordShape.Of(typeof(PolicySpec)));
        var spec = (PolicySpec)binder.Bind(root);
        PolicyRules.Check(new(spec, binder.Written, errors));
        return errors.None ? new(spec, []) : new(null, errors.Ordered());
    }
}

using System.Collections.Immutable;
using System.Reflection;
using System.Text;

namespace Federated.Core.Jobs.Describing;

/// <summary>Names of code as words of a job file.</summary>
internal static class Words
{
    /// <summary>BatchSize is batch_size, MaxPool2d is max_pool2d, Beta1 is beta1.</summary>
    public static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i])) text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }

    /// <summary>Every member of an enumeration with its word, in order of declaration.</summary>
    public static ImmutableArray<(string Word, object Value)> Of(Type enumeration) =>
        [.. enumeration.GetFields(BindingFlags.Public | BindingFlags.Static).Select(member => (WordOf(member), member.GetValue(null)!))];

    /// <summary>The word of one member.</summary>
    public static string Of(Enum value) => WordOf(value.GetType().GetField(value.ToString())
        ?? throw new ArgumentException($"{value} is no member of {value.GetType().Name}.", nameof(value)));

    /// <summary>A list for a sentence: "a, b or c".</summary>
    public static string List(IReadOnlyList<string> words, string last = "or") =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.Take(words.Count - 1))} {last} {words[^1]}";

    private static string WordOf(FieldInfo member) => member.GetCustomAttribute<JobKeyAttribute>()?.Word ?? SnakeCase(member.Name);
}

using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace ControlPlane.Tests.Model;

/// <summary>What a class does, read from its compiled code: what it makes, what it loads, whom it calls.</summary>
internal sealed record Deeds(HashSet<Type> Makes, HashSet<Type> Loads, HashSet<string> Calls);

/// <summary>Follows the code of a class through our own code, but not into the machinery of the host.</summary>
internal static class CodeReader
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static Deeds Read(Type type)
    {
        var deeds = new Deeds([], [], []);
        var seen = new HashSet<MethodBase>();
        foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            Follow(method, deeds, seen);
        }

        return deeds;
    }

    private static void Follow(MethodBase method, Deeds deeds, HashSet<MethodBase> seen)
    {
        if (!seen.Add(method))
        {
            return;
        }

        if (method.GetCustomAttribute<StateMachineAttribute>() is { StateMachineType: { } machine })
        {
            Follow(machine.GetMethod("MoveNext", BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance)!, deeds, seen);
        }

        foreach (var (code, called) in CallsIn(method))
        {
            if (code == OpCodes.Newobj)
            {
                deeds.Makes.Add(called.DeclaringType!);
            }

            deeds.Loads.UnionWith(called is MethodInfo { IsGenericMethod: true } loading && loading.DeclaringType?.Namespace?.StartsWith("Marten", StringComparison.Ordinal) == true
                ? loading.GetGenericArguments()
                : []);
            if (Outside(called.DeclaringType) is { } provider)
            {
                deeds.Calls.Add(provider);
            }
            else if (IsOurs(called.DeclaringType))
            {
                Follow(called, deeds, seen);
            }
        }
    }

    private static string? Outside(Type? type) =>
        // What only checks a signature calls nobody.
        type == typeof(Stripe.EventUtility) || type == typeof(Stripe.StripeConfiguration) ? null
        : type?.Namespace == "Stripe" || type?.Namespace?.StartsWith("Stripe.", StringComparison.Ordinal) == true ? "Stripe"
        : type == typeof(ControlPlane.Mail.Postmark) ? "Postmark"
        : null;

    private static bool IsOurs(Type? type) =>
        type?.Namespace?.StartsWith("ControlPlane.", StringComparison.Ordinal) == true
        && !type.Namespace.StartsWith("ControlPlane.Hosting", StringComparison.Ordinal)
        && !type.Namespace.StartsWith("ControlPlane.Sealing", StringComparison.Ordinal)
        && (!type.Namespace.StartsWith("ControlPlane.Catalog", StringComparison.Ordinal) || type.FullName!.StartsWith(typeof(ControlPlane.Catalog.CatalogLedger).FullName!, StringComparison.Ordinal));

    private static IEnumerable<(OpCode Code, MethodBase Method)> CallsIn(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } il)
        {
            yield break;
        }

        var typeArguments = method.DeclaringType is { IsGenericType: true } declaring ? declaring.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            var code = Codes[il[at] == 0xFE ? unchecked((short)((il[at++] << 8) | il[at++])) : il[at++]];
            if (code.OperandType == OperandType.InlineMethod)
            {
                yield return (code, method.Module.ResolveMethod(BitConverter.ToInt32(il, at), typeArguments, methodArguments)!);
            }

            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }
}

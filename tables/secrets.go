package tables

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

type secretRow struct {
	*Object
	s *corev1.Secret
}

// K8sSecrets has one row per Secret, without values.
var K8sSecrets = define(spec[secretRow]{
	Name: "k8s_secrets",
	Row:  "secret, without its values",
	Doc: `Every Secret: metadata and type. Of a cluster nothing else is fetched; of
manifests the names of the keys are known as well, and the values are thrown
away as the file is read. Users are pods and pod templates, ServiceAccounts,
and Ingresses for their TLS.`,
	Examples: []string{
		"SELECT namespace, name, service_account, legacy_token_last_used FROM k8s_secrets WHERE type = 'kubernetes.io/service-account-token' AND exempt IS NULL",
		"SELECT namespace, name, type FROM k8s_secrets WHERE used_by = 0 AND type <> 'helm.sh/release.v1'",
		"SELECT type, count(*) AS secrets, min(created) AS oldest FROM k8s_secrets GROUP BY type ORDER BY secrets DESC",
	},
	Columns: [][]column[secretRow]{
		common[secretRow](),
		{
			text("type", "type; the API server fills in Opaque", func(r secretRow) Value { return Str(r.s.Type) }),
			jsonCol("keys", "names of the keys; NULL for clusters", func(r secretRow) Value { return JSON(slices.Sorted(maps.Keys(r.s.Data))) }),
			integer("immutable", "immutable; NULL for clusters", func(r secretRow) Value { return BoolPtr(r.s.Immutable) }),
			text("service_account", "service account that a token in the Secret is of: annotation "+corev1.ServiceAccountNameKey, func(r secretRow) Value { return Str(r.s.Annotations[corev1.ServiceAccountNameKey]) }).key(),
			text("legacy_token_last_used", "day that the token was last used: label kubernetes.io/legacy-token-last-used (Kubernetes 1.26 and later)", func(r secretRow) Value { return Str(r.s.Labels["kubernetes.io/legacy-token-last-used"]) }),
			text("legacy_token_invalid_since", "day that the token stopped being accepted: label kubernetes.io/legacy-token-invalid-since", func(r secretRow) Value { return Str(r.s.Labels["kubernetes.io/legacy-token-invalid-since"]) }),
		},
		usedBy[secretRow]("Secret", "used_by", podSecrets, secretUses),
		{text("exempt", "system for the cluster's own parts", func(r secretRow) Value { return exempt(r.Meta.Namespace) })},
		where[secretRow](),
	},
	Sources: []source[secretRow]{from(Secrets, func(o *Object, v *corev1.Secret, emit func(secretRow)) {
		emit(secretRow{o, v})
	})},
})
